package io.github.claimcheck.temporal.observation;

import io.github.claimcheck.temporal.internal.DecoratedStorage;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.RunIds;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Puts the spans of what an activity returns, a result or the details of a failure, below
 * the span of the activity. The SDK stores it after all interceptors, so the span that
 * one of them made has ended, and is no longer current.
 * <p>
 * The activity's span is the one that is current where the activity itself is called. It
 * is the parent of what the same thread stores next for the same run, unless another span
 * is current then. The next activity of the thread ends that, also if it never begins.
 * <p>
 * Thread-safe.
 */
@InternalApi
public final class ActivitySpans {

    private final Tracer tracer;

    private final ThreadLocal<@Nullable Returned> returned = new ThreadLocal<>();

    /**
     * Creates an instance.
     * @param tracer knows the current span
     */
    public ActivitySpans(Tracer tracer) {
        this.tracer = tracer;
    }

    /**
     * Creates an interceptor that remembers spans. Those of other interceptors are seen
     * if these call it, not it them.
     * @return the interceptor of a worker factory
     */
    public WorkerInterceptor newInterceptor() {
        return new WorkerInterceptorBase() {

            @Override
            public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
                ActivitySpans.this.returned.remove();
                return new RememberingInterceptor(next);
            }

        };
    }

    /**
     * Makes all drivers of an external storage store below the remembered spans.
     * @param storage the external storage, with observed drivers
     * @return the same with decorated drivers
     */
    public ExternalStorage decorate(ExternalStorage storage) {
        return DecoratedStorage.decorate(storage, ActivityStorageDriver::new);
    }

    private @Nullable Span spanOf(@Nullable StorageDriverTargetInfo target) {
        Returned last = this.returned.get();
        return (last != null && Objects.equals(last.runId(), RunIds.of(target)) && this.tracer.currentSpan() == null)
                ? last.span() : null;
    }

    /**
     * An activity that has returned or failed.
     *
     * @param runId the id of the run that its payloads belong to
     * @param span the span that was current in it
     */
    private record Returned(String runId, Span span) {

    }

    /** Remembers the span that is current where the activity is called. */
    private final class RememberingInterceptor extends ActivityInboundCallsInterceptorBase {

        private @Nullable ActivityInfo info;

        RememberingInterceptor(ActivityInboundCallsInterceptor next) {
            super(next);
        }

        @Override
        public void init(ActivityExecutionContext context) {
            this.info = context.getInfo();
            super.init(context);
        }

        @Override
        public ActivityOutput execute(ActivityInput input) {
            try {
                return super.execute(input);
            }
            finally {
                remember();
            }
        }

        private void remember() {
            String runId = (this.info != null) ? RunIds.of(this.info) : null;
            Span span = ActivitySpans.this.tracer.currentSpan();
            if (runId != null && span != null) {
                ActivitySpans.this.returned.set(new Returned(runId, span));
            }
        }

    }

    /** A driver that stores below the remembered span. */
    private final class ActivityStorageDriver extends DelegatingStorageDriver {

        ActivityStorageDriver(StorageDriver driver) {
            super(driver);
        }

        @Override
        public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
                List<Payload> payloads) {
            Span span = spanOf(context.getTarget());
            if (span == null) {
                return super.store(context, payloads);
            }
            try (Tracer.SpanInScope scope = ActivitySpans.this.tracer.withSpan(span)) {
                return super.store(context, payloads);
            }
        }

    }

}
