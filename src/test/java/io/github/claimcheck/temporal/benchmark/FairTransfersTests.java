package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.internal.DecoratedStorage;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.github.claimcheck.temporal.testing.ThrottledRelay;
import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.common.v1.Payload;
import io.temporal.client.WorkflowClient;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Tests that a worker with a slow store, which has to download the histories of large
 * workflows, serves small ones meanwhile.
 */
@TemporalServerTest
@S3ServerTest
class FairTransfersTests {

    private static final int SIZE = 300_000;

    private static final int MANY = 200;

    @Test
    void servesSmallWorkflowsWhileLargeOnesAreReplayed() throws Exception {
        String bucket = S3Server.shared().createBucket();
        String taskQueue = Application.newId();
        List<String> large = List.of(Application.newId(), Application.newId());
        List<String> small = IntStream.range(0, 3).mapToObj((i) -> Application.newId()).toList();
        try (ThrottledRelay relay = ThrottledRelay.to(S3Server.shared().getEndpoint(), 1_000_000_000)) {
            String[] s3 = S3Server.properties(bucket, relay.getEndpoint());
            // Else the server would offer its tasks to the process that is gone.
            try (Application before = new StarterApplication(TemporalServer.shared().getTarget(), s3, taskQueue,
                    "spring.temporal.workflow-cache.max-instances=0")) {
                large.forEach((id) -> collect(before, id, MANY));
                small.forEach((id) -> collect(before, id, 1));
            }
            relay.setBytesPerSecond(20_000_000);
            Waits waits = new Waits(small);
            try (Application restarted = new StarterApplication(TemporalServer.shared().getTarget(), s3, taskQueue,
                    waits::register,
                    // Of five pollers, most soon ask for tasks of workflows that this
                    // worker has in its cache only.
                    "spring.temporal.workers[0].capacity.max-concurrent-workflow-task-pollers=20")) {
                long before = relay.getBytesPassed();
                List<CompletableFuture<Long>> replays = large.stream()
                    .map((id) -> CompletableFuture.supplyAsync(() -> collected(restarted, id)))
                    .toList();
                while (relay.getBytesPassed() < before + 10_000_000) {
                    Thread.sleep(10);
                }
                assertThat(small).allSatisfy((id) -> assertThat(collected(restarted, id)).isEqualTo(SIZE));
                assertThat(replays).noneMatch(CompletableFuture::isDone);
                // One of them may fall into a pause of this machine.
                assertThat(waits.millis).hasSize(small.size())
                    .as("milliseconds that small workflows waited")
                    .filteredOn((wait) -> wait < 1000)
                    .hasSizeGreaterThan(1);
                assertThat(replays).allSatisfy((replay) -> assertThat(replay.join()).isEqualTo((long) MANY * SIZE));
            }
        }
    }

    private static void collect(Application application, String id, int count) {
        CollectingWorkflow workflow = application.client()
            .newWorkflowStub(CollectingWorkflow.class, application.options(id));
        WorkflowClient.start(workflow::collect, Workload.FAN_OUT.order(count, SIZE));
        workflow.awaitAll();
    }

    private static long collected(Application application, String id) {
        return application.client().newWorkflowStub(CollectingWorkflow.class, id).collected();
    }

    /** How long the driver takes for the payloads of some workflows. */
    private static final class Waits {

        private final List<String> workflowIds;

        private final Queue<Long> millis = new ConcurrentLinkedQueue<>();

        Waits(List<String> workflowIds) {
            this.workflowIds = workflowIds;
        }

        void register(GenericApplicationContext context) {
            context.registerBean("waits", BeanPostProcessor.class, () -> new BeanPostProcessor() {

                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return (bean instanceof ExternalStorage storage)
                            ? DecoratedStorage.decorate(storage, Waits.this::measured) : bean;
                }

            });
        }

        private StorageDriver measured(StorageDriver driver) {
            return new DelegatingStorageDriver(driver) {

                @Override
                public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
                        List<StorageDriverClaim> claims) {
                    long start = System.nanoTime();
                    CompletableFuture<List<Payload>> payloads = super.retrieve(context, claims);
                    if (Waits.this.workflowIds.stream().anyMatch(claims.get(0).getClaimData().toString()::contains)) {
                        payloads.thenRun(() -> Waits.this.millis.add((System.nanoTime() - start) / 1_000_000));
                    }
                    return payloads;
                }

            };
        }

    }

}
