package com.example.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.common.v1.Payload;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.codec.ZlibPayloadCodec;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverSelector;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * An application that brings a driver, a selector, a data converter and an S3 client of
 * its own.
 */
@SpringBootTest(webEnvironment = WebEnvironment.NONE,
        properties = { "spring.temporal.test-server.enabled=true", "temporal.external-storage.threshold=0" })
class OwnBeansTests {

    @Autowired
    private WorkflowClient client;

    @Autowired
    private MemoryDriver memory;

    @Autowired
    private CodecDataConverter ownConverter;

    @Autowired
    private DataConverter anyConverter;

    @Autowired
    private ExternalStorage storage;

    @Test
    void theOwnDriverStoresWhatTheOwnCodecMade() {
        Document document = new Document("Title", "Account 1, ".repeat(1000));
        RedactionWorkflow workflow = this.client.newWorkflowStub(RedactionWorkflow.class,
                WorkflowOptions.newBuilder().setTaskQueue(RedactionWorkflow.TASK_QUEUE).build());
        assertThat(workflow.redact(document)).isEqualTo(new Document("Title", "Account #, ".repeat(1000)));
        assertThat(this.memory.payloads).isNotEmpty()
            .allSatisfy((id, payload) -> assertThat(payload.getMetadataOrThrow("encoding").toStringUtf8())
                .isEqualTo("binary/zlib"));
        assertThat(this.storage.getDrivers()).extracting(StorageDriver::getName)
            .containsExactlyInAnyOrder("memory", "aws.s3driver");
    }

    @Test
    void theOwnConverterStoresHoweverItIsInjected() {
        for (DataConverter converter : List.of(this.ownConverter, this.anyConverter)) {
            Payload payload = converter.toPayload("value").orElseThrow();
            assertThat(payload.getMetadataOrThrow("messageType").toStringUtf8())
                .isEqualTo("temporal.api.sdk.v1.ExternalStorageReference");
            assertThat(converter.fromPayload(payload, String.class, String.class)).isEqualTo("value");
        }
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        MemoryDriver memoryDriver() {
            return new MemoryDriver();
        }

        @Bean
        StorageDriverSelector selector(MemoryDriver memory) {
            return (context, payload) -> memory;
        }

        @Bean
        CodecDataConverter converter() {
            return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new ZlibPayloadCodec()));
        }

        /** Reaches nothing: nothing is stored in S3 here. */
        @Bean
        S3AsyncClient s3Client() {
            return S3AsyncClient.builder()
                .region(Region.EU_WEST_1)
                .endpointOverride(URI.create("http://127.0.0.1:1"))
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .build();
        }

    }

    static class MemoryDriver implements StorageDriver {

        final Map<String, Payload> payloads = new ConcurrentHashMap<>();

        @Override
        public String getName() {
            return "memory";
        }

        @Override
        public String getType() {
            return "memory";
        }

        @Override
        public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
                List<Payload> stored) {
            return CompletableFuture.completedFuture(stored.stream().map((payload) -> {
                String id = UUID.randomUUID().toString();
                this.payloads.put(id, payload);
                return new StorageDriverClaim(Map.of("id", id));
            }).toList());
        }

        @Override
        public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
                List<StorageDriverClaim> claims) {
            return CompletableFuture.completedFuture(
                    claims.stream().map((claim) -> this.payloads.get(claim.getClaimData().get("id"))).toList());
        }

    }

}
