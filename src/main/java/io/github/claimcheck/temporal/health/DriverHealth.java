package io.github.claimcheck.temporal.health;

import io.github.claimcheck.temporal.internal.InternalApi;
import java.util.Map;

/**
 * The health of a storage driver. Immutable.
 *
 * @param status the status
 * @param details what operators want to know, without anything secret
 */
@InternalApi
public record DriverHealth(Status status, Map<String, Object> details) {

    /** The statuses, with the names that Spring Boot gives them. */
    public enum Status {

        /** The store serves. */
        UP,

        /** The store does not serve. */
        DOWN,

        /**
         * The store does not serve, and a composite driver stores elsewhere meanwhile.
         */
        OUT_OF_SERVICE,

        /** There was no traffic, and the store cannot be asked. */
        UNKNOWN

    }

}
