package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.JsonFormat;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.testing.GzipCodec;
import io.github.claimcheck.temporal.testing.History;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.github.claimcheck.temporal.testing.TransferWorkflow;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.sdk.v1.ExternalStorageReference;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverSelector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests whole applications with the Temporal starter, its in-process server, and a real
 * S3 server that verifies signatures.
 */
@S3ServerTest
class ExternalStorageWorkflowTests {

    private static final int THREE_MEGABYTES = 3 * 1024 * 1024;

    private static final int THRESHOLD = 256 * 1024;

    private static final String[] TEMPORAL = { "spring.temporal.test-server.enabled=true",
            "spring.temporal.workers[0].task-queue=" + TransferWorkflow.TASK_QUEUE,
            "spring.temporal.workers[0].workflow-classes[0]=" + TransferWorkflow.Implementation.class.getName(),
            "spring.temporal.workers[0].activity-beans[0]=transferActivity" };

    private final S3Server s3 = S3Server.shared();

    private final String bucket = this.s3.createBucket();

    @Test
    void storesLargePayloadsAndRetrievesThem() {
        byte[] input = Payloads.bytes(THREE_MEGABYTES, 1);
        run(Application.class, (context, client) -> {
            String workflowId = start(client, input);
            assertThat(result(client, workflowId)).isEqualTo(TransferWorkflow.shift(input, 2));

            List<Payload> history = History.payloads(client, workflowId);
            // Workflow input, activity input, activity result, workflow result.
            assertThat(history).hasSize(4).allSatisfy(this::assertReference);
            // The input is stored before there is a run; the same bytes are the
            // activity's input, then of the run.
            String runId = client.newUntypedWorkflowStub(workflowId).describe().getExecution().getRunId();
            assertThat(this.s3.keys(this.bucket)).allMatch((key) -> key.matches(
                    "v0/ns/default/wt/TransferWorkflow/wi/" + workflowId + "/ri/(null|" + runId + ")/d/sha256/.{64}"))
                .hasSize(4);
        });
    }

    private void assertReference(Payload payload) {
        assertThat(payload.getSerializedSize()).isLessThan(1024);
        assertThat(payload.getMetadataMap()).containsOnly(
                Map.entry("encoding", ByteString.copyFromUtf8("json/protobuf")),
                Map.entry("messageType", ByteString.copyFromUtf8("temporal.api.sdk.v1.ExternalStorageReference")));
        ExternalStorageReference.Builder reference = ExternalStorageReference.newBuilder();
        try {
            JsonFormat.parser().merge(payload.getData().toStringUtf8(), reference);
        }
        catch (Exception ex) {
            throw new AssertionError(ex);
        }
        assertThat(reference.getDriverName()).isEqualTo("aws.s3driver");
        Map<String, String> claim = reference.getClaimDataMap();
        assertThat(claim).containsOnlyKeys("bucket", "key", "hash_algorithm", "hash_value")
            .containsEntry("bucket", this.bucket)
            .containsEntry("hash_algorithm", "sha256");
        byte[] stored = this.s3.content(this.bucket, claim.get("key"));
        assertThat(claim.get("hash_value")).isEqualTo(Payloads.sha256(stored));
        assertThat(claim.get("key")).endsWith("/d/sha256/" + claim.get("hash_value"));
        assertThat(payload.getExternalPayloadsList()).singleElement()
            .satisfies((details) -> assertThat(details.getSizeBytes()).isEqualTo(stored.length));
    }

    @Test
    void keepsSmallPayloadsInline() {
        run(Application.class, (context, client) -> {
            String workflowId = start(client, Payloads.bytes(1024, 2));
            assertThat(result(client, workflowId)).hasSize(1024);
            assertThat(History.payloads(client, workflowId)).hasSize(4).noneMatch(StorageReference::isReference);
            assertThat(this.s3.keys(this.bucket)).isEmpty();
        });
    }

    @Test
    void storesFromTheThresholdOn() {
        int overhead = Payloads.ofSerializedSize(THRESHOLD).getData().size();
        run(Application.class, (context, client) -> {
            String below = start(client, new byte[overhead - 1]);
            result(client, below);
            assertThat(History.payloads(client, below)).hasSize(4)
                .noneMatch(StorageReference::isReference)
                .allMatch((payload) -> payload.getSerializedSize() == THRESHOLD - 1);

            String at = start(client, new byte[overhead]);
            result(client, at);
            assertThat(History.payloads(client, at)).hasSize(4)
                .allMatch(StorageReference::isReference)
                .allMatch((payload) -> payload.getExternalPayloads(0).getSizeBytes() == THRESHOLD);
        });
    }

    @Test
    void storesEveryPayloadOnceAtThresholdZero() {
        run(Application.class, (context, client) -> {
            String workflowId = start(client, new byte[] { 1, 2, 3 });
            assertThat(result(client, workflowId)).containsExactly(3, 4, 5);
            assertThat(History.payloads(client, workflowId)).hasSize(4).allSatisfy(this::assertReference);
            assertThat(this.s3.keys(this.bucket)).hasSize(4)
                .allSatisfy((key) -> assertThat(StorageReference.isReference(stored(key))).isFalse());
        }, "temporal.external-storage.threshold=0");
    }

    private Payload stored(String key) {
        try {
            return Payload.parseFrom(this.s3.content(this.bucket, key));
        }
        catch (Exception ex) {
            throw new AssertionError(ex);
        }
    }

    @Test
    void storesSignalsAndQueries() {
        byte[] added = Payloads.bytes(THREE_MEGABYTES, 3);
        run(Application.class, (context, client) -> {
            String workflowId = UUID.randomUUID().toString();
            WorkflowStub workflow = client.newUntypedWorkflowStub("TransferWorkflow", options(workflowId));
            workflow.signalWithStart("add", new Object[] { added }, new Object[] { new byte[1] });
            result(client, workflowId);
            assertThat(workflow.query("added", byte[].class)).isEqualTo(added);
            assertThat(History.payloads(client, workflowId)).filteredOn(StorageReference::isReference)
                .singleElement()
                .satisfies(this::assertReference);
        });
    }

    @Test
    void runsTheApplicationsCodecBeforeStoring() {
        byte[] input = new byte[THREE_MEGABYTES];
        run(CodecApplication.class, (context, client) -> {
            String workflowId = start(client, input);
            assertThat(result(client, workflowId)).isEqualTo(TransferWorkflow.shift(input, 2));
            assertThat(this.s3.keys(this.bucket)).hasSize(4).allSatisfy((key) -> {
                assertThat(stored(key).getMetadataOrThrow("encoding").toStringUtf8()).isEqualTo(GzipCodec.ENCODING);
                // Zeros compress well: what is stored is what the codec made of them.
                assertThat(this.s3.content(this.bucket, key)).hasSizeLessThan(10_000);
            });
            assertThat(History.payloads(client, workflowId)).hasSize(4).allSatisfy(this::assertReference);
        }, "temporal.external-storage.threshold=1KB");
    }

    @Test
    void keepsAPayloadInlineIfTheSelectorReturnsNull() {
        run(InlineApplication.class, (context, client) -> {
            String workflowId = start(client, new byte[THRESHOLD]);
            assertThat(result(client, workflowId)).hasSize(THRESHOLD);
            assertThat(History.payloads(client, workflowId)).hasSize(4).noneMatch(StorageReference::isReference);
        });
    }

    @Test
    void failsTheTaskIfTheSelectorReturnsAnUnregisteredDriver() {
        run(UnregisteredDriverApplication.class, (context, client) -> {
            String workflowId = start(client, new byte[1]);
            assertThatThrownBy(() -> result(client, workflowId)).isInstanceOf(WorkflowFailedException.class)
                .rootCause()
                .hasMessageContaining("'not-registered'");
            assertThatThrownBy(() -> start(client, new byte[THREE_MEGABYTES]))
                .hasStackTraceContaining("'not-registered'");
        });
    }

    @Test
    void storesWithTheDriverThatTheSelectorReturns() {
        run(TwoDriversApplication.class, (context, client) -> {
            String workflowId = start(client, new byte[THREE_MEGABYTES]);
            assertThat(result(client, workflowId)).hasSize(THREE_MEGABYTES);
            // Zeros come from the client, ones and twos from the worker.
            assertThat(History.payloads(client, workflowId)).extracting(StorageReference::from)
                .extracting(StorageReference::driverName)
                .containsExactly("aws.s3driver", "aws.s3driver", "second", "second");
        });
    }

    @Test
    void countsStoredAndRetrievedPayloads() {
        run(Application.class, (context, client) -> {
            result(client, start(client, Payloads.bytes(THREE_MEGABYTES, 4)));
            MeterRegistry meters = context.getBean(MeterRegistry.class);
            Tags driver = Tags.of("driver", "aws.s3driver", "type", "aws.s3driver", "error", "none");
            await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
                assertThat(meters.get("temporal.external.storage.store").tags(driver).timer().count()).isEqualTo(4);
                assertThat(meters.get("temporal.external.storage.retrieve").tags(driver).timer().count()).isPositive();
                assertThat(meters.get("temporal.external.storage.payload.size")
                    .tags("driver", "aws.s3driver", "operation", "store")
                    .summary()
                    .totalAmount()).isBetween(4.0 * THREE_MEGABYTES, 4.1 * THREE_MEGABYTES);
            });
            Tags payloads = Tags.of("cache", "payloads");
            assertThat(meters.get("temporal.external.storage.cache.gets")
                .tags(payloads.and("result", "hit"))
                .functionCounter()
                .count()).isEqualTo(meters.get("temporal.external.storage.retrieve").timer().count());
            assertThat(meters.get("temporal.external.storage.cache.gets")
                .tags(payloads.and("result", "miss"))
                .functionCounter()
                .count()).isZero();
            assertThat(meters.get("temporal.external.storage.cache.evictions").tags(payloads).functionCounter().count())
                .isZero();
            assertThat(meters.get("temporal.external.storage.cache.size").tags(payloads).gauge().value()).isEqualTo(4);
            assertThat(meters.get("temporal.external.storage.cache.weight").tags(payloads).gauge().value())
                .isBetween(4.0 * THREE_MEGABYTES, 4.1 * THREE_MEGABYTES);
            assertThat(meters.get("temporal.external.storage.cache.size").tags("cache", "stored").gauge().value())
                .isEqualTo(4);
            assertThat(meters.get("temporal.external.storage.transfers.size").gauge().value()).isZero();
            assertThat(meters.get("temporal.external.storage.transfers.waiting").gauge().value()).isZero();
        });
    }

    @Test
    void failsOnAMissingObjectUntilItIsRestored() {
        byte[] input = Payloads.bytes(THREE_MEGABYTES, 5);
        run(Application.class, (context, client) -> {
            String workflowId = start(client, input);
            byte[] result = result(client, workflowId);
            StorageReference reference = StorageReference.from(History.payloads(client, workflowId).get(3));
            String key = reference.claim().getClaimData().get("key");
            byte[] object = this.s3.content(this.bucket, key);
            this.s3.delete(this.bucket, key);
            assertThatThrownBy(() -> result(client, workflowId)).hasStackTraceContaining(key)
                .hasStackTraceContaining("lifecycle rule");
            this.s3.put(this.bucket, key, object);
            assertThat(result(client, workflowId)).isEqualTo(result);
        }, "temporal.external-storage.cache.max-size=0");
    }

    private void run(Class<?> application, BiConsumer<ConfigurableApplicationContext, WorkflowClient> test,
            String... properties) {
        String[] all = Stream.of(Stream.of(TEMPORAL), Stream.of(this.s3.properties(this.bucket)), Stream.of(properties))
            .flatMap((each) -> each)
            .map((property) -> "--" + property)
            .toArray(String[]::new);
        SpringApplication spring = new SpringApplicationBuilder(application).web(WebApplicationType.NONE).build();
        try (ConfigurableApplicationContext context = spring.run(all)) {
            test.accept(context, context.getBean(WorkflowClient.class));
        }
    }

    private static WorkflowOptions options(String workflowId) {
        return WorkflowOptions.newBuilder()
            .setWorkflowId(workflowId)
            .setTaskQueue(TransferWorkflow.TASK_QUEUE)
            .setWorkflowExecutionTimeout(Duration.ofMinutes(1))
            .build();
    }

    private static String start(WorkflowClient client, byte[] input) {
        String workflowId = UUID.randomUUID().toString();
        WorkflowClient.start(client.newWorkflowStub(TransferWorkflow.class, options(workflowId))::transfer, input);
        return workflowId;
    }

    private static byte[] result(WorkflowClient client, String workflowId) {
        return client.newUntypedWorkflowStub(workflowId).getResult(byte[].class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        TransferWorkflow.TransferActivity transferActivity() {
            return new TransferWorkflow.ActivityImplementation();
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class CodecApplication extends Application {

        @Bean
        DataConverter dataConverter() {
            return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new GzipCodec()));
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class InlineApplication extends Application {

        @Bean
        StorageDriverSelector selector() {
            return (context, payload) -> null;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class UnregisteredDriverApplication extends Application {

        /**
         * Takes small payloads, too, once they come from the worker, which shifts them.
         */
        @Bean
        StorageDriverSelector selector() {
            StorageDriver unregistered = new RecordingStorageDriver("not-registered");
            return (context, payload) -> unregistered;
        }

        @Bean
        TransferWorkflow.TransferActivity transferActivity() {
            return (bytes) -> new byte[THREE_MEGABYTES];
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class TwoDriversApplication extends Application {

        @Bean
        RecordingStorageDriver secondDriver() {
            return new RecordingStorageDriver("second");
        }

        @Bean
        StorageDriverSelector selector(Map<String, StorageDriver> drivers) {
            return (context, payload) -> drivers
                .get((payload.getData().byteAt(0) == 0) ? "s3StorageDriver" : "secondDriver");
        }

    }

}
