package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.testing.S3ServerTest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the number and size of S3 requests of each workload. */
@S3ServerTest
class LedgerTests {

    private static BenchmarkEnvironment environment;

    @BeforeAll
    static void start() {
        environment = BenchmarkEnvironment.onTestServer();
    }

    @AfterAll
    static void stop() {
        environment.close();
    }

    /**
     * A run passes payloads on without an upload, because its history leads to their
     * objects.
     */
    @ParameterizedTest
    @CsvSource({ "PASS_THROUGH, 1, 3.0", "TRANSFORM, 4, 12.0", "FAN_OUT, 50, 50.0", "FAN_OUT_AND_MEASURE, 20, 20.0",
            "SCATTER, 20, 20.0", "FAN_IN, 20, 20.0", "CONVERSATION, 10, 16.5" })
    void uploadsOnceAndDownloadsNothingWithinAProcess(Workload workload, long puts, double megabytesUp) {
        try (Application application = Contender.STARTER.start(environment)) {
            environment.takeTraffic();
            application.run(workload.order());
            assertTraffic(0, 0, puts, 0, megabytesUp);
        }
    }

    @Test
    void queriesAClosedWorkflowWithoutRequests() {
        try (Application application = Contender.STARTER.start(environment)) {
            String workflowId = application.run(Workload.PASS_THROUGH.order());
            environment.takeTraffic();
            for (int i = 0; i < 2; i++) {
                assertThat(application.query(workflowId)).hasSize(3_000_000);
                assertTraffic(0, 0, 0, 0, 0);
            }
        }
    }

    /**
     * One download for each result. The last result is also the query's, and is already
     * in the bucket.
     */
    @Test
    void downloadsOnceAfterARestart() {
        String taskQueue = Application.newId();
        String workflowId;
        try (Application application = Contender.STARTER.start(environment, taskQueue)) {
            workflowId = application.run(Workload.CONVERSATION.order());
        }
        try (Application application = Contender.STARTER.start(environment, taskQueue)) {
            environment.takeTraffic();
            // Takes 10 seconds, in which the test server offers the task to the process
            // that is gone.
            assertThat(application.query(workflowId)).hasSize(3_000_000);
            assertTraffic(10, 0, 0, 16.5, 0);
            application.query(workflowId);
            assertTraffic(0, 0, 0, 0, 0);
        }
    }

    /**
     * Which process gets a task is random. But the process that creates a payload uploads
     * it, and the other downloads it at most once.
     */
    @ParameterizedTest
    @CsvSource({ "FAN_OUT_AND_MEASURE, 20", "FAN_IN, 20", "CONVERSATION, 10" })
    void uploadsOnceAndDownloadsAtMostOnceInTwoProcesses(Workload workload, long payloads) {
        try (Application first = Contender.STARTER.start(environment);
                Application second = Contender.STARTER.start(environment, first.taskQueue())) {
            assertThat(second.taskQueue()).isEqualTo(first.taskQueue());
            environment.takeTraffic();
            first.run(workload.order());
            Traffic traffic = environment.takeTraffic();
            assertThat(traffic.heads()).isZero();
            assertThat(traffic.puts()).isEqualTo(payloads);
            assertThat(traffic.gets()).isLessThanOrEqualTo(payloads);
        }
    }

    /** The baseline for the numbers above. */
    @Test
    void officialStyleChecksBeforeEachUploadAndDownloadsEachTime() {
        try (Application application = Contender.OFFICIAL_STYLE.start(environment)) {
            environment.takeTraffic();
            String workflowId = application.run(Workload.PASS_THROUGH.order());
            assertTraffic(11, 8, 2, 33.0, 6.0);
            application.query(workflowId);
            assertTraffic(9, 1, 0, 27.0, 0);
            application.run(Workload.FAN_OUT_AND_MEASURE.order());
            assertTraffic(60, 40, 20, 60.0, 20.0);
            application.run(Workload.CONVERSATION.order());
            assertTraffic(29, 20, 10, 46.5, 16.5);
        }
    }

    private static void assertTraffic(long gets, long heads, long puts, double megabytesDown, double megabytesUp) {
        Traffic traffic = environment.takeTraffic();
        assertThat(traffic).extracting(Traffic::gets, Traffic::heads, Traffic::puts).containsExactly(gets, heads, puts);
        assertThat(traffic.megabytesDown()).isCloseTo(megabytesDown, within(0.05));
        assertThat(traffic.megabytesUp()).isCloseTo(megabytesUp, within(0.05));
    }

}
