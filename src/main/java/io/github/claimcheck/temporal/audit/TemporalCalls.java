package io.github.claimcheck.temporal.audit;

import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Calls the Temporal server for an audit, and again where it was only busy: an audit of
 * many histories is what rate limits are for.
 */
final class TemporalCalls {

    private static final int ATTEMPTS = 6;

    private static final long FIRST_PAUSE_MILLIS = 100;

    private TemporalCalls() {
    }

    /**
     * Calls the server.
     * @throws StatusRuntimeException if it refuses, or is busy for too long
     */
    static <T> T call(AuditBound bound, Supplier<T> call) {
        for (int attempt = 1;; attempt++) {
            try {
                return call.get();
            }
            catch (StatusRuntimeException ex) {
                long pause = FIRST_PAUSE_MILLIS << attempt;
                if (!isPassing(ex) || attempt == ATTEMPTS || bound.remainingMillis() <= pause) {
                    throw ex;
                }
                pause(pause);
            }
        }
    }

    /** Returns whether the same call may succeed later. */
    static boolean isPassing(StatusRuntimeException failure) {
        return switch (failure.getStatus().getCode()) {
            case UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED, ABORTED -> true;
            default -> false;
        };
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The audit was interrupted", ex);
        }
    }

}
