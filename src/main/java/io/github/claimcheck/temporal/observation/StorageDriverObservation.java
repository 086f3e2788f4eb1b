package io.github.claimcheck.temporal.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of storage drivers. Their timers also have the tag {@code error}:
 * {@code none}, or the simple class name of the exception.
 */
public enum StorageDriverObservation implements ObservationDocumentation {

    /** Storing a batch of payloads. */
    STORE("store"),

    /** Retrieving a batch of payloads. */
    RETRIEVE("retrieve");

    /**
     * The name of the distribution summary of payload sizes in bytes, with the tags
     * {@code driver} and {@code operation}.
     */
    public static final String PAYLOAD_SIZE = "temporal.external.storage.payload.size";

    private final String operation;

    StorageDriverObservation(String operation) {
        this.operation = operation;
    }

    /**
     * Returns the name of the operation.
     * @return {@code store} or {@code retrieve}
     */
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

    @Override
    public KeyName[] getHighCardinalityKeyNames() {
        return HighCardinalityKeyNames.values();
    }

    /** The tags of meters and spans. */
    public enum LowCardinalityKeyNames implements KeyName {

        /** The name of the storage driver, as in references. */
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

    /** The additional tags of spans, as far as their values are known. */
    public enum HighCardinalityKeyNames implements KeyName {

        /** The namespace of the target. */
        NAMESPACE {
            @Override
            public String asString() {
                return "namespace";
            }
        },

        /** The type of the workflow that the payloads belong to. */
        WORKFLOW_TYPE {
            @Override
            public String asString() {
                return "workflow.type";
            }
        },

        /** The id of the workflow that the payloads belong to. */
        WORKFLOW_ID {
            @Override
            public String asString() {
                return "workflow.id";
            }
        },

        /** The type of the standalone activity that the payloads belong to. */
        ACTIVITY_TYPE {
            @Override
            public String asString() {
                return "activity.type";
            }
        },

        /** The id of the standalone activity that the payloads belong to. */
        ACTIVITY_ID {
            @Override
            public String asString() {
                return "activity.id";
            }
        },

        /** The id of the run of the workflow or of the standalone activity. */
        RUN_ID {
            @Override
            public String asString() {
                return "run.id";
            }
        },

        /** The number of payloads. */
        PAYLOAD_COUNT {
            @Override
            public String asString() {
                return "payload.count";
            }
        },

        /**
         * The serialized size of the payloads in bytes, unless retrieving them failed.
         */
        PAYLOAD_BYTES {
            @Override
            public String asString() {
                return "payload.bytes";
            }
        }

    }

}
