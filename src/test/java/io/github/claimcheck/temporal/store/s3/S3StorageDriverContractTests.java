package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.testing.HttpStorageDriverContract;
import io.github.claimcheck.temporal.testing.ObjectServer;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.temporal.payload.storage.StorageDriver;
import java.net.URI;
import org.junit.jupiter.api.TestInfo;

@S3ServerTest
class S3StorageDriverContractTests extends HttpStorageDriverContract {

    @Override
    protected ObjectServer serverFor(TestInfo test) {
        return S3Server.shared();
    }

    @Override
    protected StorageDriver newDriver(long maxPayloadSize, String bucket, URI endpoint) {
        return configured("s3", maxPayloadSize, S3Server.properties(bucket, endpoint));
    }

    /** The server takes a key for a path on its disk; S3 does not. */
    @Override
    protected boolean serverTakes(String id) {
        return !id.equals("..");
    }

}
