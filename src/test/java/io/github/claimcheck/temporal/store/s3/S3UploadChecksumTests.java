package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.StorageUnreachableException;
import io.github.claimcheck.temporal.testing.OtherS3Server;
import io.github.claimcheck.temporal.testing.OtherS3ServerTest;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RawHttpServer;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3ObjectServer;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.github.claimcheck.temporal.testing.StoreTests;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** What {@code upload-checksum} makes uploads include, and what then proves them. */
class S3UploadChecksumTests extends StoreTests {

    private static final String PROPERTY = DRIVERS + "s3.upload-checksum";

    private static final Payload PAYLOAD = Payloads.of(Payloads.bytes(300_000, 1));

    private static final String CRC32_HEADER = "x-amz-checksum-crc32";

    private static String crc32(Payload payload) {
        CRC32 crc32 = new CRC32();
        crc32.update(payload.toByteArray());
        return Base64.getEncoder().encodeToString(ByteBuffer.allocate(4).putInt((int) crc32.getValue()).array());
    }

    private static ApplicationContextRunner runner(RawHttpServer server) {
        return savingNothing().withPropertyValues(S3Server.properties("payloads", server.getEndpoint()))
            .withPropertyValues(PROPERTY + "=sdk");
    }

    /** A server that returns a CRC32, and no ETag. */
    private static RawHttpServer returning(String crc32) {
        return new RawHttpServer((request) -> {
            request.receive();
            request.respond(200, "", CRC32_HEADER + ": " + crc32);
        });
    }

    @Test
    void theChecksumOfTheSdkInTheResponseProvesAnUpload() throws Exception {
        try (RawHttpServer server = returning(crc32(PAYLOAD))) {
            run(runner(server), (driver) -> assertThat(store(driver, PAYLOAD)).hasSize(1));
        }
    }

    @Test
    void anotherChecksumOfTheSdkIsThatOfAnotherUpload() throws Exception {
        try (RawHttpServer server = returning(crc32(payload("another")))) {
            run(runner(server),
                    (driver) -> assertThat(failureOfStoring(driver, PAYLOAD))
                        .isInstanceOf(StorageUnreachableException.class)
                        .hasMessageContaining("its x-amz-checksum-crc32 is not that of the upload"));
        }
    }

    @Test
    void withoutAChecksumInTheResponseTheETagMustProveIt() throws Exception {
        try (RawHttpServer server = new RawHttpServer((request) -> {
            request.receive();
            request.respond(200, "", "ETag: \"" + "0".repeat(32) + '"');
        })) {
            run(runner(server), (driver) -> assertThat(failureOfStoring(driver, PAYLOAD))
                .hasMessageContaining("its ETag is not the MD5 of the upload"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "crc32", "sha1", "on" })
    void anotherValueStopsTheStart(String value) {
        savingNothing().withPropertyValues(S3Server.properties("payloads", URI.create("http://localhost:9000")))
            .withPropertyValues(PROPERTY + "=" + value)
            .run((context) -> assertThat(context.getStartupFailure())
                .hasStackTraceContaining(PROPERTY + " is " + value + ", which is not a valid checksum of uploads"));
    }

    /** What all servers must take. */
    abstract static class OnAServer extends StoreTests {

        abstract S3ObjectServer server();

        @ParameterizedTest
        @ValueSource(strings = { "sha256", "true", "", "sdk", "SDK", "none", "false" })
        void storesAndRetrieves(String value) {
            String bucket = server().createBucket();
            try (S3Gateway gateway = S3Gateway.to(server().getEndpoint())) {
                run(savingNothing().withPropertyValues(S3Server.properties(bucket, gateway.getEndpoint()))
                    .withPropertyValues(PROPERTY + "=" + value), (driver) -> assertStores(driver, bucket));

                S3Gateway.Request put = gateway.requests().get(0);
                boolean sha256 = List.of("sha256", "true", "").contains(value);
                assertThat(put.header("x-amz-checksum-sha256") != null).isEqualTo(sha256);
                assertThat(CRC32_HEADER.equals(put.header("x-amz-trailer")) || put.header(CRC32_HEADER) != null)
                    .isEqualTo(value.equalsIgnoreCase("sdk"));
            }
        }

        /** The application's own client adds its own checksum, or is told not to. */
        @Test
        void storesWithTheApplicationsClient() {
            String bucket = server().createBucket();
            try (S3Gateway gateway = S3Gateway.to(server().getEndpoint());
                    S3AsyncClient client = S3Server.newClient(gateway.getEndpoint())) {
                run(savingNothing().withBean(S3AsyncClient.class, () -> client)
                    .withPropertyValues(DRIVERS + "s3.bucket=" + bucket, PROPERTY + "=sdk"),
                        (driver) -> assertStores(driver, bucket));

                assertThat(gateway.requests().get(0).header("x-amz-trailer")).isEqualTo(CRC32_HEADER);
            }
        }

        private void assertStores(StorageDriver driver, String bucket) {
            Payload large = Payloads.of(Payloads.bytes(3_000_000, 2));
            Payload parts = large.toBuilder()
                .setData(large.getData().substring(0, 70_000).concat(ByteString.copyFrom(Payloads.bytes(100_000, 3))))
                .build();
            List<StorageDriverClaim> claims = store(driver, PAYLOAD, large, parts);
            assertThat(retrieve(driver, claims)).containsExactly(PAYLOAD, large, parts);
            assertThat(server().content(bucket, claims.get(2).getClaimData().get("key")))
                .isEqualTo(parts.toByteArray());
        }

    }

    @Nested
    @S3ServerTest
    class OnS3Proxy extends OnAServer {

        @Override
        S3ObjectServer server() {
            return S3Server.shared();
        }

    }

    @Nested
    @OtherS3ServerTest(OtherS3Server.Kind.VERSITYGW)
    class OnVersityGateway extends OnAServer {

        @Override
        S3ObjectServer server() {
            return OtherS3Server.shared(OtherS3Server.Kind.VERSITYGW);
        }

    }

    @Nested
    @OtherS3ServerTest(OtherS3Server.Kind.MOTO)
    class OnMoto extends OnAServer {

        @Override
        S3ObjectServer server() {
            return OtherS3Server.shared(OtherS3Server.Kind.MOTO);
        }

    }

    @Nested
    @OtherS3ServerTest(OtherS3Server.Kind.LOCALSTACK)
    class OnLocalStack extends OnAServer {

        @Override
        S3ObjectServer server() {
            return OtherS3Server.shared(OtherS3Server.Kind.LOCALSTACK);
        }

    }

}
