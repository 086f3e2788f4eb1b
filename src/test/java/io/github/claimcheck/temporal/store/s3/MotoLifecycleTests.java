package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.testing.OtherS3Server;
import io.github.claimcheck.temporal.testing.OtherS3ServerTest;

@OtherS3ServerTest(OtherS3Server.Kind.MOTO)
class MotoLifecycleTests extends S3LifecycleContract {

    MotoLifecycleTests() {
        super(OtherS3Server.Kind.MOTO);
    }

}
