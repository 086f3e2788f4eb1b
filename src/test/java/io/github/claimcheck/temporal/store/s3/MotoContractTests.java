package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.testing.HttpStorageDriverContract;
import io.github.claimcheck.temporal.testing.ObjectServer;
import io.github.claimcheck.temporal.testing.OtherS3Server;
import io.github.claimcheck.temporal.testing.OtherS3ServerTest;
import io.github.claimcheck.temporal.testing.S3Server;
import io.temporal.payload.storage.StorageDriver;
import java.net.URI;
import org.junit.jupiter.api.TestInfo;

@OtherS3ServerTest(OtherS3Server.Kind.MOTO)
class MotoContractTests extends HttpStorageDriverContract {

    @Override
    protected ObjectServer serverFor(TestInfo test) {
        return OtherS3Server.shared(OtherS3Server.Kind.MOTO);
    }

    @Override
    protected StorageDriver newDriver(long maxPayloadSize, String bucket, URI endpoint) {
        return configured("s3", maxPayloadSize, S3Server.properties(bucket, endpoint));
    }

}
