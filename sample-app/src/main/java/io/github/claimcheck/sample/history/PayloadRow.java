package io.github.claimcheck.sample.history;

/**
 * One payload of an event history.
 *
 * @param eventId id of the event that holds the payload
 * @param eventType type of that event
 * @param field where in the event the payload is
 * @param kind whether the history holds the payload itself or a reference
 * @param historyBytes serialized size of what the history holds
 * @param payloadBytes serialized size of the payload itself
 * @param driver name of the storage driver, {@code null} for an inline payload
 * @param bucket bucket or container of the claim, {@code null} for an inline payload and
 * for a driver without either
 * @param key key of the claim, {@code null} for an inline payload
 */
public record PayloadRow(long eventId, String eventType, String field, Kind kind, long historyBytes, long payloadBytes,
        String driver, String bucket, String key) {

    /** How a payload is held. */
    public enum Kind {

        INLINE, REFERENCE

    }
}
