package io.github.claimcheck.temporal.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * What is observed of storage drivers. The timers made of it also carry the tag {@code error}: {@code none}, or the
 * simple class name of the exception.
 */
public enum StorageDriverObservation implements ObservationDocumentation {

    /** A batch of payloads is stored. */
    STORE("store"),

    /** A batch of payloads is retrieved. */
    RETRIEVE("retrieve");

    /** The distribution summary of payload sizes in bytes, tagged {@code driver} and {@code operation}. */
    public static final String PAYLOAD_SIZE = "temporal.external.storage.payload.size";

    private final String operation;

    StorageDriverObservation(String operation) {
        this.operation = operation;
    }

    /** @return {@code store} or {@code retrieve} */
    public String getOperation() {
        return this.operation;
    }

    @Override
    public String getName() {
        return "temporal.external.storage." + this.operation;
    }

    @Override
    public KeyName[] getLowCardinalityKeyNames() {
        return LowCardinalityKeyNames.values();
    }

    /** The tags. */
    public enum LowCardinalityKeyNames implements KeyName {

        /** The name of the storage driver, as references hold it. */
        DRIVER {
            @Override
            public String asString() {
                return "driver";
            }
        },

        /** The type of the storage driver. */
        TYPE {
            @Override
            public String asString() {
                return "type";
            }
        }

    }

}
