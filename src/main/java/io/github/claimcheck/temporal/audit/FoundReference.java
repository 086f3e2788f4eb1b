package io.github.claimcheck.temporal.audit;

import io.temporal.api.common.v1.Payload;

/**
 * A reference in a history.
 *
 * @param eventId the id of its event
 * @param eventType the type of its event
 * @param field the path of its field in the event's attributes
 * @param payload the reference
 */
record FoundReference(long eventId, String eventType, String field, Payload payload) {

    /**
     * Returns the serialized size of the stored payload; -1 if the reference does not
     * say.
     */
    long size() {
        return (this.payload.getExternalPayloadsCount() > 0) ? this.payload.getExternalPayloads(0).getSizeBytes() : -1;
    }

}
