package io.github.claimcheck.temporal.failure;

import io.github.claimcheck.temporal.driver.PayloadTooLargeException;
import io.temporal.api.failure.v1.Failure;
import java.util.function.Predicate;

/**
 * Tells failures of external storage from others, and lets the Temporal server treat them
 * well.
 */
final class StorageFailures {

    /**
     * What the SDK calls the failure of a task whose payloads could not be stored or
     * retrieved.
     */
    private static final String SDK_TYPE = "ExternalStorageTaskFailure";

    private static final String SDK_MESSAGE = "External storage";

    private static final String PACKAGE = PayloadTooLargeException.class.getPackageName() + ".";

    private StorageFailures() {
    }

    static boolean isStorageFailure(Failure failure) {
        return anyCause(failure, (cause) -> cause.getMessage().startsWith(SDK_MESSAGE) || type(cause).endsWith(SDK_TYPE)
                || type(cause).startsWith(PACKAGE));
    }

    /** The SDK passes the message of its cause on, but not its type. */
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
