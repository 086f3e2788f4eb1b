package io.github.claimcheck.temporal.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.github.claimcheck.temporal.testing.Traces;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor.ActivityInput;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor.ActivityOutput;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.Header;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Calls interceptors and driver in the order of the SDK's activity threads. */
class ActivitySpansTests {

    private static final StorageDriverWorkflowInfo WORKFLOW = StorageContexts.workflow("order-1");

    private final Traces traces = new Traces();

    private final ActivitySpans spans = new ActivitySpans(this.traces.getTracer());

    private final WorkerInterceptor interceptor = this.spans.newInterceptor();

    private final StorageDriver driver = this.spans.decorate(StorageObservations.observe(
            ExternalStorage.newBuilder().setDriver(new RecordingStorageDriver("mine")).build(),
            this.traces.getObservations(), new StorageDriverObservationConvention() {
            }, new SimpleMeterRegistry()))
        .getDrivers()
        .get(0);

    private final ActivityInfo info = mock(ActivityInfo.class);

    ActivitySpansTests() {
        when(this.info.getWorkflowRunId()).thenReturn(WORKFLOW.getRunId());
    }

    @Test
    void aResult() {
        run("activity", () -> "done");
        store(WORKFLOW);

        assertThat(this.traces.tree()).containsExactly("activity", "  external storage store (mine)");
        assertThat(this.traces.getTracer().currentSpan()).isNull();
    }

    @Test
    void theDetailsOfAFailure() {
        assertThatThrownBy(() -> run("activity", () -> {
            throw new IllegalStateException("failed");
        })).hasMessage("failed");
        store(WORKFLOW);

        assertThat(this.traces.tree()).containsExactly("activity", "  external storage store (mine)");
    }

    @Test
    void aResultInSeveralBatches() {
        run("activity", () -> "done");
        store(WORKFLOW);
        store(WORKFLOW);

        assertThat(this.traces.tree()).containsExactly("activity", "  external storage store (mine)",
                "  external storage store (mine)");
    }

    @Test
    void theResultOfAStandaloneActivity() {
        when(this.info.getActivityRunId()).thenReturn("standalone");
        run("activity", () -> "done");
        store(new StorageDriverActivityInfo("default", "charge-1", "standalone", "Charge"));

        assertThat(this.traces.tree()).containsExactly("activity", "  external storage store (mine)");
    }

    @Test
    void twoActivitiesOnOneThread() {
        run("first", () -> "done");
        store(WORKFLOW);
        run("second", () -> "done");
        store(WORKFLOW);

        assertThat(this.traces.tree()).containsExactly("first", "  external storage store (mine)", "second",
                "  external storage store (mine)");
    }

    /** The first one has no result, or is completed elsewhere. */
    @Test
    void anActivityWithoutASpanAfterOneThatStoresNothing() {
        run("first", () -> null);
        this.interceptor.interceptActivity(new Activity(() -> {
            store(StorageContexts.workflow("started by the activity"));
            return "done";
        })).execute(new ActivityInput(Header.empty(), new Object[0]));
        store(WORKFLOW);

        assertThat(this.traces.tree()).containsExactly("first", "external storage store (mine)",
                "external storage store (mine)");
    }

    /** For instance because its arguments cannot be deserialized. */
    @Test
    void anActivityThatNeverBegins() {
        run("first", () -> null);
        this.interceptor.interceptActivity(new Activity(() -> "not called"));
        store(WORKFLOW);

        assertThat(this.traces.tree()).containsExactly("first", "external storage store (mine)");
    }

    /** For instance that of an activity whose type nobody knows. */
    @Test
    void aFailureOfAnotherRun() {
        run("first", () -> null);
        store(new StorageDriverWorkflowInfo("default", "order-1", "another run", "ChargeWorkflow"));
        store(null);

        assertThat(this.traces.tree()).containsExactly("first", "external storage store (mine)",
                "external storage store (mine)");
    }

    @Test
    void anotherThread() {
        run("activity", () -> "done");
        CompletableFuture.runAsync(() -> store(WORKFLOW), (task) -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            thread.start();
        }).join();

        assertThat(this.traces.tree()).containsExactly("activity", "external storage store (mine)");
    }

    @Test
    void aSpanThatIsCurrent() {
        run("activity", () -> "done");
        this.traces.within("interceptor", () -> {
            store(WORKFLOW);
            return null;
        });

        assertThat(this.traces.tree()).containsExactly("activity", "interceptor", "  external storage store (mine)");
    }

    /** What the activity itself stores, such as details of a heartbeat. */
    @Test
    void withinTheActivity() {
        run("activity", () -> {
            store(WORKFLOW);
            return "done";
        });

        assertThat(this.traces.tree()).containsExactly("activity", "  external storage store (mine)");
    }

    /**
     * Runs an activity as the SDK does, with an interceptor of the application that makes
     * a span.
     */
    private void run(String span, Supplier<Object> activity) {
        ActivityInboundCallsInterceptor innermost = this.interceptor.interceptActivity(new Activity(activity));
        ActivityInboundCallsInterceptor chain = new ActivityInboundCallsInterceptorBase(innermost) {

            @Override
            public ActivityOutput execute(ActivityInput input) {
                return ActivitySpansTests.this.traces.within(span, () -> super.execute(input));
            }

        };
        ActivityExecutionContext context = mock(ActivityExecutionContext.class);
        when(context.getInfo()).thenReturn(this.info);
        chain.init(context);
        chain.execute(new ActivityInput(Header.empty(), new Object[0]));
    }

    private void store(StorageDriverTargetInfo target) {
        this.driver.store(StorageContexts.store(target), List.of(Payloads.of(new byte[1]))).join();
    }

    /** The SDK's end of the chain. */
    private record Activity(Supplier<Object> implementation) implements ActivityInboundCallsInterceptor {

        @Override
        public void init(ActivityExecutionContext context) {
        }

        @Override
        public ActivityOutput execute(ActivityInput input) {
            return new ActivityOutput(this.implementation.get());
        }

    }

}
