package io.github.claimcheck.temporal.failure;

import io.github.claimcheck.temporal.driver.PayloadTooLargeException;
import io.temporal.api.failure.v1.Failure;
import java.util.function.Predicate;

/**
 * Identifies failures of external storage.
 */
final class StorageFailures {

    /**
     * The SDK's type of failures to store or retrieve the payloads of a task.
     */
    static final String SDK_TYPE = "ExternalStorageTaskFailure";

    static final String SDK_MESSAGE = "External storage";

    private static final String PACKAGE = PayloadTooLargeException.class.getPackageName() + ".";

    private StorageFailures() {
    }

    static boolean isStorageFailure(Failure failure) {
        return anyCause(failure, (cause) -> cause.getMessage().startsWith(SDK_MESSAGE) || type(cause).endsWith(SDK_TYPE)
                || type(cause).startsWith(PACKAGE));
    }

    /**
     * Returns whether a retryable failure is due to a payload that is too large. The SDK
     * preserves the message of the cause, but not its type.
     */
    static boolean isTooLarge(Failure failure) {
        return failure.hasApplicationFailureInfo() && !failure.getApplicationFailureInfo().getNonRetryable()
                && anyCause(failure, (cause) -> type(cause).equals(PayloadTooLargeException.class.getName())
                        || (type(cause).endsWith(SDK_TYPE) && PayloadTooLargeException.isMessage(cause.getMessage())));
    }

    private static String type(Failure failure) {
        return failure.getApplicationFailureInfo().getType();
    }

    private static boolean anyCause(Failure failure, Predicate<Failure> test) {
        for (Failure cause = failure;; cause = cause.getCause()) {
            if (test.test(cause)) {
                return true;
            }
            if (!cause.hasCause()) {
                return false;
            }
        }
    }

}
