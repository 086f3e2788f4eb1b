package io.github.claimcheck.temporal.server;

import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.driver.StorageAccessDeniedException;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.testing.History;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import io.temporal.payload.storage.StorageDriverSelector;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.spring.boot.TemporalOptionsCustomizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * Tests, on a real Temporal server, payloads that exceed a list or a message together,
 * and that cannot be stored, or must not be.
 */
@TemporalServerTest
@ExtendWith(OutputCaptureExtension.class)
class SizeBudgetFailureTests {

    private static final int QUARTER_MEGABYTE = 250 * 1024;

    private static final Duration RPC_TIMEOUT = Duration.ofSeconds(2);

    private final String taskQueue = UUID.randomUUID().toString();

    private final String workflowId = UUID.randomUUID().toString();

    private final S3Server s3 = S3Server.shared();

    private final S3Gateway gateway = S3Gateway.to(this.s3);

    private final String bucket = this.s3.createBucket();

    private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

    @AfterEach
    void close() {
        this.contexts.forEach(ConfigurableApplicationContext::close);
        this.gateway.close();
    }

    @Test
    void failsAWorkflowTaskWithTheReasonUntilItsPayloadsCanBeStored() {
        WorkflowClient client = startApplication(Application.class);
        this.gateway.on("PUT", S3Gateway.denied());
        WorkflowStub stub = start(client, "Activities", 20, QUARTER_MEGABYTE);
        await().atMost(Duration.ofSeconds(30)).until(() -> attempts(client) >= 4);
        Failure failure = client.fetchHistory(this.workflowId)
            .getEvents()
            .stream()
            .filter((event) -> event.getEventType() == EVENT_TYPE_WORKFLOW_TASK_FAILED)
            .map((HistoryEvent event) -> event.getWorkflowTaskFailedEventAttributes().getFailure())
            .findFirst()
            .orElseThrow();
        assertThat(failure.getApplicationFailureInfo().getType()).isEqualTo("ExternalStorageTaskFailure");
        assertThat(failure.getMessage()).contains("s3:PutObject", this.bucket);
        // The pace of failed workflow tasks is that of other storage failures.
        assertThat(this.gateway.count().get("PUT")).isLessThan(200);

        this.gateway.on("PUT", S3Gateway.Exchange::forward);
        assertThat(stub.getResult(String[].class)).hasSize(20);
    }

    @Test
    void failsAnAttemptOfAnActivityUntilItsPayloadsCanBeStored() {
        WorkflowClient client = startApplication(Application.class);
        this.gateway.on("PUT", S3Gateway.denied());
        WorkflowStub stub = start(client, "FailingActivity");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(describe(client).getPendingActivitiesList()).hasSize(1);
            Failure failure = describe(client).getPendingActivities(0).getLastFailure();
            assertThat(failure.getApplicationFailureInfo().getType()).isEqualTo("ExternalStorageTaskFailure");
            assertThat(failure.getMessage()).startsWith("External storage failed: ").contains("s3:PutObject");
        });
        this.gateway.on("PUT", S3Gateway.Exchange::forward);
        assertThat(stub.getResult(String[].class)).hasSize(9);
    }

    @Test
    void startsNothingWhenArgumentsCannotBeStored() {
        WorkflowClient client = startApplication(Application.class);
        this.gateway.on("PUT", S3Gateway.denied());
        Throwable failure = catchThrowable(() -> start(client, "Digests", bytes(9)));
        assertThat(failure).isInstanceOf(WorkflowServiceException.class)
            .hasRootCauseInstanceOf(Exception.class)
            .hasStackTraceContaining(StorageAccessDeniedException.class.getName())
            .hasStackTraceContaining("s3:PutObject");
        assertThatThrownBy(() -> describe(client)).hasMessageContaining("NOT_FOUND");

        this.gateway.on("PUT", S3Gateway.Exchange::forward);
        assertThat(start(client, "Digests", bytes(9)).getResult(String[].class)).hasSize(9);
    }

    @Test
    void doesNotCountStoringTowardsTheTimeoutOfACall() {
        WorkflowClient client = startApplication(ImpatientApplication.class);
        this.gateway.on("PUT", S3Gateway.delayed(RPC_TIMEOUT.multipliedBy(2)));
        assertThat(start(client, "Digests", bytes(9)).getResult(String[].class)).hasSize(9);
    }

    @Test
    void anInlineRouteWins(CapturedOutput output) {
        WorkflowClient client = startApplication(Application.class,
                "temporal.external-storage.routes[0].workflow-types=Digests",
                "temporal.external-storage.routes[0].inline=true");
        assertThatThrownBy(() -> start(client, "Digests", bytes(9)))
            .hasStackTraceContaining("Blob data size exceeds limit");
        assertThatThrownBy(() -> start(client, "Digests", bytes(9))).isInstanceOf(WorkflowServiceException.class);
        assertThat(output.getAll().lines().filter((line) -> line.contains("max-inline-list-size"))).singleElement()
            .asString()
            .contains("WARN", "StartWorkflowExecutionRequest");
        assertThat(this.gateway.count()).doesNotContainKey("PUT");
    }

    @Test
    void aSelectorThatReturnsNullWins(CapturedOutput output) {
        WorkflowClient client = startApplication(SelectorApplication.class);
        assertThat(start(client, "Activities", 10, QUARTER_MEGABYTE).getResult(String[].class)).hasSize(10);
        assertThatThrownBy(() -> start(client, "Digests", bytes(9)))
            .hasStackTraceContaining("Blob data size exceeds limit");
        assertThat(output).contains("max-inline-list-size");
        assertThat(this.gateway.count()).doesNotContainKey("PUT");
    }

    @Test
    void propertiesSetTheBudget() {
        WorkflowClient client = startApplication(Application.class,
                "temporal.external-storage.max-inline-list-size=600KB");
        start(client, "Digests", bytes(4)).getResult(String[].class);
        assertThat(History.payloads(client, this.workflowId)).filteredOn(StorageReference::isReference).hasSize(2);
    }

    @Test
    void zeroSetsNoLimit() {
        WorkflowClient client = startApplication(Application.class, "temporal.external-storage.max-inline-list-size=0",
                "temporal.external-storage.max-inline-message-size=0");
        assertThatThrownBy(() -> start(client, "Digests", bytes(9)))
            .hasStackTraceContaining("Blob data size exceeds limit");
    }

    @Test
    void warnsOfAThresholdThatTheServerRejects(CapturedOutput output) {
        startApplication(Application.class, "temporal.external-storage.threshold=2MB");
        assertThat(output).contains("temporal.external-storage.threshold is 2097152B");
    }

    @Test
    void interruptingACallerCancelsTheTransfer() throws InterruptedException {
        WorkflowClient client = startApplication(Application.class);
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        this.gateway.on("PUT", (exchange) -> {
            arrived.countDown();
            release.await();
        });
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread caller = new Thread(() -> failure.set(catchThrowable(() -> start(client, "Digests", bytes(9)))));
        caller.start();
        arrived.await();
        caller.interrupt();
        caller.join(Duration.ofSeconds(10).toMillis());
        release.countDown();
        assertThat(caller.isAlive()).isFalse();
        assertThat(failure.get()).isNotNull();
    }

    private static Object[] bytes(int count) {
        return IntStream.range(0, count).mapToObj((i) -> Payloads.bytes(QUARTER_MEGABYTE, i)).toArray();
    }

    private WorkflowStub start(WorkflowClient client, String type, Object... arguments) {
        WorkflowStub stub = client.newUntypedWorkflowStub(type,
                WorkflowOptions.newBuilder()
                    .setWorkflowId(this.workflowId)
                    .setTaskQueue(this.taskQueue)
                    .setWorkflowExecutionTimeout(Duration.ofMinutes(2))
                    .build());
        stub.start(arguments);
        return stub;
    }

    private int attempts(WorkflowClient client) {
        return describe(client).getPendingWorkflowTask().getAttempt();
    }

    private DescribeWorkflowExecutionResponse describe(WorkflowClient client) {
        return client.getWorkflowServiceStubs()
            .blockingStub()
            .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                .setNamespace("default")
                .setExecution(WorkflowExecution.newBuilder().setWorkflowId(this.workflowId))
                .build());
    }

    private WorkflowClient startApplication(Class<?> application, String... properties) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
            .run(Stream
                .of(Stream.of(this.gateway.properties(this.bucket)), Stream.of(properties),
                        Stream.of("spring.temporal.connection.target=" + TemporalServer.shared().getTarget(),
                                "spring.temporal.workers[0].task-queue=" + this.taskQueue,
                                "spring.temporal.workers[0].workflow-classes[0]="
                                        + SizeBudgetTests.Adding.class.getName(),
                                "spring.temporal.workers[0].activity-beans[0]=addingActivities"))
                .flatMap((each) -> each)
                .map("--"::concat)
                .toArray(String[]::new));
        this.contexts.add(context);
        return context.getBean(WorkflowClient.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(SizeBudgetTests.Application.class)
    static class Application {

    }

    @Configuration(proxyBeanMethods = false)
    @Import(Application.class)
    static class ImpatientApplication {

        @Bean
        TemporalOptionsCustomizer<WorkflowServiceStubsOptions.Builder> rpcTimeout() {
            return (options) -> options.setRpcTimeout(RPC_TIMEOUT);
        }

    }

    @Configuration(proxyBeanMethods = false)
    @Import(Application.class)
    static class SelectorApplication {

        @Bean
        StorageDriverSelector nothing() {
            return (context, payload) -> null;
        }

    }

}
