package io.github.claimcheck.temporal.reference;

import io.temporal.api.common.v1.Payload;

/**
 * Rewrites references of early Go and Python SDK releases in the Temporal server's
 * responses to the format that the SDK reads. It transfers no payload; the SDK then
 * retrieves these payloads like all others.
 * <p>
 * Thread-safe.
 */
final class EarlyReferenceInterceptor extends ResponsePayloadInterceptor {

    @Override
    protected Payload rewrite(Payload payload) {
        if (!StorageReference.isEarly(payload)) {
            return payload;
        }
        try {
            return StorageReference.from(payload)
                .toPayload(0)
                .toBuilder()
                .clearExternalPayloads()
                .addAllExternalPayloads(payload.getExternalPayloadsList())
                .build();
        }
        catch (IllegalArgumentException ex) {
            // The data converter reports it. Failing here would keep the worker
            // from all other tasks.
            return payload;
        }
    }

}
