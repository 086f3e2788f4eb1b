package io.github.claimcheck.temporal.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Measures the heap that running activities and cached workflows hold, in multiples of
 * what they received: each payload is there as the bytes of its message and as a value.
 * The reference page on operation has these numbers.
 */
@TemporalServerTest
class CapacityTests {

    private static final int SIZE = 8_000_000;

    private static final int WORKFLOWS = 8;

    private static final Semaphore INSIDE = new Semaphore(0);

    private static final Semaphore WAITING = new Semaphore(0);

    private static volatile CountDownLatch held = new CountDownLatch(1);

    @Test
    void activitiesAndCachedWorkflowsHoldUpToThreeTimesOfWhatTheyReceived() throws Exception {
        String taskQueue = "capacity-" + UUID.randomUUID();
        try (ConfigurableApplicationContext context = start(taskQueue)) {
            WorkflowClient client = context.getBean(WorkflowClient.class);
            List<WorkflowStub> warm = run(client, taskQueue, 1);
            held.countDown();
            WAITING.acquire();
            finish(warm);
            held = new CountDownLatch(1);
            long before = usedHeap();
            List<WorkflowStub> workflows = run(client, taskQueue, WORKFLOWS);
            double inActivities = perPayload(before);
            held.countDown();
            assertThat(WAITING.tryAcquire(WORKFLOWS, 1, TimeUnit.MINUTES)).isTrue();
            double cached = perPayload(before);
            finish(workflows);
            // The argument twice, in the workflow and in the activity.
            assertThat(inActivities / 2).isBetween(1.8, 3.0);
            // The argument and the result of the activity, in the workflow.
            assertThat(cached / 2).isBetween(1.8, 3.0);
        }
    }

    /** Starts workflows whose activities are held, and waits until these run. */
    private static List<WorkflowStub> run(WorkflowClient client, String taskQueue, int count)
            throws InterruptedException {
        List<WorkflowStub> workflows = IntStream.range(0, count).mapToObj((i) -> {
            HoldingWorkflow workflow = client.newWorkflowStub(HoldingWorkflow.class,
                    WorkflowOptions.newBuilder()
                        .setTaskQueue(taskQueue)
                        .setWorkflowExecutionTimeout(Duration.ofMinutes(3))
                        .build());
            WorkflowClient.start(workflow::run, Payloads.bytes(SIZE, i));
            return WorkflowStub.fromTyped(workflow);
        }).toList();
        assertThat(INSIDE.tryAcquire(count, 1, TimeUnit.MINUTES)).isTrue();
        return workflows;
    }

    private static void finish(List<WorkflowStub> workflows) {
        workflows.forEach((workflow) -> workflow.signal("finish"));
        workflows.forEach((workflow) -> assertThat(workflow.getResult(Integer.class)).isEqualTo(2 * SIZE));
    }

    private static double perPayload(long before) {
        return (usedHeap() - before) / ((double) WORKFLOWS * SIZE);
    }

    private static long usedHeap() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static ConfigurableApplicationContext start(String taskQueue) {
        return new SpringApplicationBuilder(HoldingApplication.class).web(WebApplicationType.NONE)
            .run(Stream
                .concat(Stream.of(S3Server.shared().properties(S3Server.shared().createBucket())),
                        Stream.of("temporal.external-storage.cache.max-size=0B",
                                "spring.temporal.connection.target=" + TemporalServer.shared().getTarget(),
                                "spring.temporal.workers[0].task-queue=" + taskQueue,
                                "spring.temporal.workers[0].workflow-classes[0]="
                                        + HoldingWorkflow.Implementation.class.getName(),
                                "spring.temporal.workers[0].activity-beans[0]=holdingActivity"))
                .map((property) -> "--" + property)
                .toArray(String[]::new));
    }

    /**
     * Keeps its argument, and what its activity made of it, until it is told to finish.
     */
    @WorkflowInterface
    public interface HoldingWorkflow {

        @WorkflowMethod
        int run(byte[] argument);

        @SignalMethod
        void finish();

        @ActivityInterface
        interface HoldingActivity {

            byte[] hold(byte[] argument);

            void waiting();

        }

        /** The implementation. */
        class Implementation implements HoldingWorkflow {

            private final HoldingActivity activity = Workflow.newActivityStub(HoldingActivity.class,
                    ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofMinutes(2)).build());

            private boolean finished;

            @Override
            public int run(byte[] argument) {
                byte[] result = this.activity.hold(argument);
                this.activity.waiting();
                Workflow.await(() -> this.finished);
                return argument.length + result.length;
            }

            @Override
            public void finish() {
                this.finished = true;
            }

        }

    }

    /** The worker. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class HoldingApplication {

        @Bean
        HoldingWorkflow.HoldingActivity holdingActivity() {
            return new HoldingWorkflow.HoldingActivity() {

                @Override
                public byte[] hold(byte[] argument) {
                    INSIDE.release();
                    try {
                        held.await();
                    }
                    catch (InterruptedException ex) {
                        throw new IllegalStateException(ex);
                    }
                    return Payloads.bytes(argument.length, argument[0] + 1);
                }

                @Override
                public void waiting() {
                    WAITING.release();
                }

            };
        }

    }

}
