package io.github.claimcheck.temporal.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.internal.ExternalStorageApi;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.query.v1.WorkflowQuery;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class WorkflowTasksTests {

    private long now;

    private final List<TaskTransfers> ended = new CopyOnWriteArrayList<>();

    private final WorkflowTasks tasks = new WorkflowTasks(List.of(this.ended::add), () -> this.now);

    private final RecordingStorageDriver driver = new RecordingStorageDriver("tape");

    private final StorageDriver watched = new TaskStorageDriver(this.driver, this.tasks);

    @AfterEach
    void leaveThread() {
        MDC.clear();
    }

    @Test
    void transfersAtTheSameTimeCountOnce() {
        receive("token", "run", 1);
        CompletableFuture<Void> first = this.driver.hang();
        CompletableFuture<?> one = store();
        pass(Duration.ofSeconds(2));
        CompletableFuture<Void> second = this.driver.hang();
        CompletableFuture<?> other = store();
        pass(Duration.ofSeconds(1));
        first.complete(null);
        pass(Duration.ofSeconds(3));
        second.complete(null);
        pass(Duration.ofSeconds(100));
        this.driver.recover();
        retrieve();
        answer("token");
        assertThat(one).isCompleted();
        assertThat(other).isCompleted();
        assertThat(this.ended).singleElement().satisfies((task) -> {
            assertThat(task.time()).isEqualTo(Duration.ofSeconds(6));
            assertThat(task.stored().time()).isEqualTo(Duration.ofSeconds(6));
            assertThat(task.stored().payloads()).isEqualTo(2);
            assertThat(task.stored().bytes()).isEqualTo(2L * Payloads.of(new byte[10]).getSerializedSize());
            assertThat(task.stored().drivers()).containsExactly("tape");
            assertThat(task.retrieved().time()).isZero();
            assertThat(task.retrieved().payloads()).isOne();
            assertThat(task.answered()).isTrue();
            assertThat(task.namespace()).isEqualTo("home");
            assertThat(task.workflowType()).isEqualTo("Type");
            assertThat(task.workflowId()).isEqualTo("workflow of run");
        });
    }

    /** The SDK starts the transfers beyond its limit when others complete. */
    @Test
    void aTransferThatFollowsAnotherOnAnotherThreadIsOfTheSameTask() {
        receive("token", "run", 1);
        CompletableFuture<Void> first = this.driver.hang();
        CompletableFuture<Void> both = store().thenCompose((claims) -> {
            assertThat(MDC.get("RunId")).isNull();
            return store().thenAccept((nothing) -> {
            });
        });
        this.driver.recover();
        CompletableFuture.runAsync(() -> first.complete(null)).join();
        both.join();
        assertThat(this.tasks.current()).isNotNull();
        CompletableFuture.runAsync(() -> assertThat(this.tasks.current()).isNull()).join();
        answer("token");
        assertThat(this.ended).singleElement().satisfies((task) -> assertThat(task.stored().calls()).isEqualTo(2));
    }

    @Test
    void otherThreadsAndActivitiesDoNotCount() {
        receive("token", "run", 1);
        CompletableFuture.runAsync(this::store).join();
        MDC.put("ActivityId", "activity of the same run");
        store();
        MDC.remove("ActivityId");
        MDC.put("RunId", "another run");
        store();
        answer("token");
        assertThat(this.ended).isEmpty();
    }

    @Test
    void aTaskIsToldOnceHoweverOftenItIsAnswered() {
        receive("token", "run", 1);
        store();
        answer("token");
        answer("token");
        store();
        answer("token");
        assertThat(this.ended).hasSize(1);
    }

    @Test
    void aTaskThatIsNotAnsweredIsOverWhenTheNextArrives() {
        receive("first", "run", 1);
        store();
        receive("query", "run", 0, true);
        assertThat(this.ended).isEmpty();
        receive("second", "run", 2);
        assertThat(this.ended).singleElement().satisfies((task) -> {
            assertThat(task.attempt()).isOne();
            assertThat(task.answered()).isFalse();
        });
    }

    @Test
    void aQueryWaitsForTheTaskBeforeIt() {
        receive("task", "run", 1);
        receive("query", "run", 0, true);
        store();
        answer("task");
        assertThat(this.ended).singleElement().satisfies((task) -> assertThat(task.attempt()).isOne());
        store();
        store();
        answer("query");
        assertThat(this.ended).hasSize(2);
        assertThat(this.ended.get(1).stored().calls()).isEqualTo(2);
    }

    @Test
    void aTaskThatFailedIsOverWhenAQueryArrives() {
        receive("task", "run", 2);
        this.driver.failWith(new IllegalStateException("torn"));
        store();
        receive("query", "run", 0, true);
        this.driver.recover();
        store();
        answer("query");
        assertThat(this.ended).hasSize(2);
        assertThat(this.ended.get(0).answered()).isFalse();
        assertThat(this.ended.get(1).stored().failed()).isZero();
    }

    @Test
    void aQueryThatIsNeverAnsweredTakesNoTransfersOfLaterTasks() {
        receive("query", "run", 0, true);
        pass(Duration.ofSeconds(11));
        receive("task", "run", 7);
        store();
        answer("task");
        assertThat(this.ended).singleElement().satisfies((task) -> assertThat(task.attempt()).isEqualTo(7));
    }

    @Test
    void aTaskThatStillTransfersKeepsItsTransfersWhenTheNextArrives() {
        receive("first", "run", 1);
        CompletableFuture<Void> transfer = this.driver.hang();
        store();
        pass(Duration.ofSeconds(10));
        receive("second", "run", 2);
        pass(Duration.ofSeconds(5));
        transfer.complete(null);
        answer("first");
        assertThat(this.ended).singleElement().satisfies((task) -> {
            assertThat(task.attempt()).isOne();
            assertThat(task.time()).isEqualTo(Duration.ofSeconds(15));
        });
    }

    @Test
    void aTaskThatIsNeverAnsweredIsOverAfterAWhile() {
        receive("first", "run", 2);
        this.driver.hang();
        store();
        pass(Duration.ofMinutes(4));
        receive("other", "another run", 1);
        Awaitility.await().until(() -> !this.ended.isEmpty());
        assertThat(this.ended).singleElement().satisfies((task) -> {
            assertThat(task.answered()).isFalse();
            assertThat(task.stored().inFlight()).isOne();
            assertThat(task.time()).isEqualTo(Duration.ofMinutes(4));
        });
        MDC.put("RunId", "run");
        assertThat(this.tasks.current()).isNull();
    }

    @Test
    void cancellingReachesTheDriverAndIsNoFailure() {
        receive("token", "run", 1);
        CompletableFuture<Void> transfer = this.driver.hang();
        store().cancel(true);
        assertThat(transfer).isCancelled();
        assertThat(this.tasks.answered(token("token")).hasFailedTransfer()).isFalse();
        assertThat(this.ended.get(0).stored().inFlight()).isZero();
    }

    @Test
    void aFailureReachesTheSdkAsItIs() {
        receive("token", "run", 1);
        IllegalStateException failure = new IllegalStateException("torn");
        this.driver.failWith(failure);
        assertThat(store()).isCompletedExceptionally();
        assertThat(store().handle((claims, thrown) -> thrown).join()).isSameAs(failure);
        // Also when the answer is sent again.
        assertThat(this.tasks.answered(token("token")).hasFailedTransfer()).isTrue();
        assertThat(this.tasks.answered(token("token")).hasFailedTransfer()).isTrue();
        assertThat(this.ended).singleElement().satisfies((task) -> {
            assertThat(task.stored().failed()).isEqualTo(2);
            assertThat(task.stored().payloads()).isZero();
        });
    }

    private void receive(String token, String runId, int attempt) {
        receive(token, runId, attempt, false);
    }

    private void receive(String token, String runId, int attempt, boolean query) {
        PollWorkflowTaskQueueResponse.Builder task = PollWorkflowTaskQueueResponse.newBuilder()
            .setTaskToken(token(token))
            .setAttempt(attempt)
            .setWorkflowType(WorkflowType.newBuilder().setName("Type"))
            .setWorkflowExecution(WorkflowExecution.newBuilder().setRunId(runId).setWorkflowId("workflow of " + runId));
        if (query) {
            task.setQuery(WorkflowQuery.getDefaultInstance());
        }
        this.tasks.received("home", task.build());
        MDC.put("RunId", runId);
    }

    private void answer(String token) {
        this.tasks.answered(token(token));
    }

    private static ByteString token(String token) {
        return ByteString.copyFromUtf8(token);
    }

    private void pass(Duration time) {
        this.now += time.toNanos();
    }

    private CompletableFuture<List<StorageDriverClaim>> store() {
        return this.watched.store(ExternalStorageApi.storeContext(null), List.of(Payloads.of(new byte[10])));
    }

    private void retrieve() {
        this.watched
            .retrieve(ExternalStorageApi.retrieveContext(), List.of(new StorageDriverClaim(Map.of("index", "0"))))
            .join();
    }

}
