package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.Quoted;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The state of an object that a claim leads to.
 *
 * @param driver the name of the driver that was asked
 * @param place where the object is, quoted from the claim
 * @param state the state
 * @param detail what the driver says, and the remedy; null if the object is as stored
 */
@InternalApi
public record AuditedObject(String driver, String place, State state, @Nullable String detail) {

    /**
     * Returns the state that the end of a retrieval tells.
     * @param driver the name of the driver
     * @param place where the object is
     * @param failure the failure of the retrieval; null after a success
     * @return the state
     */
    public static AuditedObject of(String driver, String place, @Nullable Throwable failure) {
        if (failure instanceof CancellationException cancelled) {
            throw cancelled;
        }
        return new AuditedObject(driver, place, State.of(failure), (failure != null) ? Quoted.message(failure) : null);
    }

    private static @Nullable String message(@Nullable Throwable failure) {
        return (failure != null) ? failure.getMessage() : null;
    }

    /** The states of an object, from the best to the worst. */
    public enum State {

        /** It is there, and is what was stored. */
        PRESENT,

        /** The store could not be asked. */
        UNREACHABLE,

        /**
         * The store denies it: the credentials are wrong or lack a permission, or it is
         * gone and the credentials may not list.
         */
        DENIED,

        /** It exists, but is not what was stored. */
        ALTERED,

        /** It does not exist. */
        GONE,

        /** The driver refuses the claim, or the size of the object. */
        REFUSED,

        /** The application has no driver of that name. */
        UNKNOWN_DRIVER;

        static State of(@Nullable Throwable failure) {
            if (failure == null) {
                return PRESENT;
            }
            if (failure instanceof ObjectNotFoundException) {
                return GONE;
            }
            if (failure instanceof PayloadIntegrityException) {
                return ALTERED;
            }
            if (failure instanceof StorageAccessDeniedException) {
                return DENIED;
            }
            return (failure instanceof ClaimRefusedException || failure instanceof ObjectTooLargeException) ? REFUSED
                    : UNREACHABLE;
        }

    }

}
