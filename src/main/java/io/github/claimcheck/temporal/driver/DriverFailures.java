package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.internal.ForeignAnswer;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.internal.UnconfirmedUpload;
import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Turns the failures of a driver's store into exceptions that name the operation, the
 * driver, the place, the cause and the remedy. Thread-safe.
 */
final class DriverFailures {

    private final String driver;

    private final SizeLimits limits;

    private final ObjectStore store;

    private volatile boolean closed;

    DriverFailures(String driver, SizeLimits limits, ObjectStore store) {
        this.driver = driver;
        this.limits = limits;
        this.store = store;
    }

    /** From now on, failures are due to the driver being closed. */
    void close() {
        this.closed = true;
    }

    /** Describes a location, which may be untrusted. */
    String describe(Map<String, String> location) {
        return Quoted.answer(this.store.describe(Quoted.of(location)));
    }

    String altered(Map<String, String> claim, String difference) {
        return String.format(
                "The object that storage driver '%s' retrieved [%s] is not the one that was stored: %s. It was altered "
                        + "or corrupted; restore the original object.",
                this.driver, describe(claim), difference);
    }

    ObjectTooLargeException tooLarge(Map<String, String> location) {
        return new ObjectTooLargeException(String.format(Locale.ROOT,
                "Storage driver '%s' could not retrieve a payload [%s]: the object is larger than %d bytes. If it is a "
                        + "payload of this application, raise %s.",
                this.driver, describe(location), this.limits.maxRetrievedSize(),
                this.limits.maxRetrievedSizeProperty()));
    }

    RuntimeException of(Operation operation, Map<String, String> location, Throwable failure) {
        if (failure instanceof CancellationException cancellation) {
            return cancellation;
        }
        return of(operation, operation.name().toLowerCase(Locale.ROOT) + " a payload", location, failure);
    }

    /** Returns the failure of a store that was asked for an object that cannot exist. */
    RuntimeException ofCheck(Map<String, String> nowhere, Throwable failure) {
        return of(Operation.RETRIEVE, "reach its store", nowhere, failure);
    }

    private RuntimeException of(Operation operation, String action, Map<String, String> location, Throwable failure) {
        String message = String.format("Storage driver '%s' could not %s [%s]: %s", this.driver, action,
                describe(location), message(failure));
        // Not diagnosed by the store, whose client may not report that it is closed.
        if (this.closed) {
            return new StorageUnreachableException(
                    message + ". The driver is closed because the application is shutting "
                            + "down. To give workers more time to complete their tasks, increase "
                            + "spring.lifecycle.timeout-per-shutdown-phase",
                    Quoted.cause(failure));
        }
        if (failure instanceof ObjectNotFoundException) {
            return new ObjectNotFoundException(message
                    + ". It may have been deleted, or expired by a lifecycle rule. Keep an object until the last run "
                    + "that its reference is carried into is over, plus the namespace's retention period: cron, "
                    + "schedules, retries and resets carry references on. Once the object is restored, the next "
                    + "attempt succeeds.", Quoted.cause(failure).getCause());
        }
        // A store rejects locations that it did not create or cannot use.
        if (failure instanceof IllegalArgumentException) {
            return (operation == Operation.STORE) ? new PayloadRefusedException(message, Quoted.cause(failure))
                    : refused(message, Quoted.cause(failure));
        }
        Diagnosis diagnosis = (failure instanceof UnconfirmedUpload || failure instanceof ForeignAnswer)
                ? new Diagnosis(Kind.UNREACHABLE, UnconfirmedUpload.REMEDY)
                : this.store.diagnose(operation, location, failure);
        return diagnosis.toException(message + ". " + diagnosis.remedyOrDefault(), Quoted.cause(failure));
    }

    /** Returns the failure of a claim that the driver cannot have written. */
    static ClaimRefusedException refused(String message, @Nullable Throwable cause) {
        return new ClaimRefusedException(message + ". If no worker of yours wrote the reference, find out who did: "
                + "whoever may start, signal or update the workflow can", cause);
    }

    /** Describes a failure. The message of a file system's exception is only a path. */
    static String message(Throwable failure) {
        String message = Quoted.answer((failure instanceof FileSystemException || failure.getMessage() == null)
                ? failure : failure.getMessage());
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

}
