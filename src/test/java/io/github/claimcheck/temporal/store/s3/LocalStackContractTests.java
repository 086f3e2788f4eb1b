package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.HttpStorageDriverContract;
import io.github.claimcheck.temporal.testing.ObjectServer;
import io.github.claimcheck.temporal.testing.OtherS3Server;
import io.github.claimcheck.temporal.testing.OtherS3ServerTest;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

@OtherS3ServerTest(OtherS3Server.Kind.LOCALSTACK)
class LocalStackContractTests extends HttpStorageDriverContract {

    @Override
    protected ObjectServer serverFor(TestInfo test) {
        return OtherS3Server.shared(OtherS3Server.Kind.LOCALSTACK);
    }

    @Override
    protected StorageDriver newDriver(long maxPayloadSize, String bucket, URI endpoint) {
        return configured("s3", maxPayloadSize, S3Server.properties(bucket, endpoint));
    }

    /** It empties an object before it writes the new content. */
    @Override
    protected boolean serverReplacesAtOnce() {
        return false;
    }

    @Test
    void encryptsAsConfigured() {
        OtherS3Server server = OtherS3Server.shared(OtherS3Server.Kind.LOCALSTACK);
        String[] properties = Stream
            .concat(Arrays.stream(S3Server.properties(getBucket(), server.getEndpoint())),
                    Stream.of("temporal.external-storage.drivers.s3.server-side-encryption.type=aws:kms"))
            .toArray(String[]::new);
        StorageDriver driver = configured("s3", MAX_PAYLOAD_SIZE, properties);

        StorageDriverClaim claim = driver
            .store(StorageContexts.store(StorageContexts.workflow("order-1")), List.of(Payloads.ofSerializedSize(1000)))
            .join()
            .get(0);

        assertThat(server.getClient()
            .headObject((request) -> request.bucket(getBucket()).key(key(claim)))
            .join()
            .serverSideEncryption()).isEqualTo(ServerSideEncryption.AWS_KMS);
    }

}
