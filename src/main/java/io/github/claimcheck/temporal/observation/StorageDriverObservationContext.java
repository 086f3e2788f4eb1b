package io.github.claimcheck.temporal.observation;

import io.micrometer.observation.Observation;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The context of one call of a storage driver, which stores or retrieves a batch of
 * payloads. Belongs to one observation and is not thread-safe.
 */
public class StorageDriverObservationContext extends Observation.Context {

    private final StorageDriverObservation observation;

    private final StorageDriver driver;

    private final @Nullable StorageDriverTargetInfo target;

    private final int payloadCount;

    private long payloadBytes;

    StorageDriverObservationContext(StorageDriverObservation observation, StorageDriver driver,
            @Nullable StorageDriverTargetInfo target, int payloadCount) {
        this.observation = observation;
        this.driver = driver;
        this.target = target;
        this.payloadCount = payloadCount;
    }

    /**
     * Returns the observed operation.
     * @return store or retrieve
     */
    public StorageDriverObservation getObservation() {
        return this.observation;
    }

    /**
     * Returns the driver that was called.
     * @return the driver
     */
    public StorageDriver getDriver() {
        return this.driver;
    }

    /**
     * Returns the target of the payloads: a {@code StorageDriverWorkflowInfo} with the
     * namespace, type, id and run id of a workflow, or the
     * {@code StorageDriverActivityInfo} of a standalone activity.
     * <p>
     * The Temporal SDK provides the target only for stored payloads. For a retrieval, it
     * is read from the key in the first claim, which is untrusted input from event
     * history: a tag with its values can have unlimited cardinality.
     * @return the target; null if unknown
     */
    public @Nullable StorageDriverTargetInfo getTarget() {
        return this.target;
    }

    /**
     * Returns the number of payloads in the batch.
     * @return at least 0
     */
    public int getPayloadCount() {
        return this.payloadCount;
    }

    /**
     * Returns the serialized size of the batch.
     * @return the size in bytes; 0 for a retrieval until it succeeds
     */
    public long getPayloadBytes() {
        return this.payloadBytes;
    }

    void setPayloads(List<Payload> payloads) {
        this.payloadBytes = payloads.stream().mapToLong(Payload::getSerializedSize).sum();
    }

}
