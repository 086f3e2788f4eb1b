package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.testing.OtherS3Server;
import io.github.claimcheck.temporal.testing.OtherS3ServerTest;

@OtherS3ServerTest(OtherS3Server.Kind.LOCALSTACK)
class LocalStackLifecycleTests extends S3LifecycleContract {

    LocalStackLifecycleTests() {
        super(OtherS3Server.Kind.LOCALSTACK);
    }

}
