package io.github.claimcheck.temporal.observation;

import io.micrometer.observation.Observation;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call of a storage driver: a batch of payloads that is stored or retrieved.
 * <p>
 * For one call at a time, as every {@link Observation.Context} is.
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
     * Returns what the driver was called for.
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
     * Returns what the payloads belong to: a {@code StorageDriverWorkflowInfo} with the
     * namespace, type, id and run id of a workflow, or the
     * {@code StorageDriverActivityInfo} of a standalone activity.
     * <p>
     * The Temporal SDK tells only when payloads are stored. For a retrieval this is what
     * the key in the first claim says, which comes from event history unchecked: a tag
     * made of it can have as many values as a forger likes.
     * @return the target; null if it is not known
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
     * @return the size in bytes; 0 for a retrieval that has not succeeded
     */
    public long getPayloadBytes() {
        return this.payloadBytes;
    }

    void setPayloads(List<Payload> payloads) {
        this.payloadBytes = payloads.stream().mapToLong(Payload::getSerializedSize).sum();
    }

}
