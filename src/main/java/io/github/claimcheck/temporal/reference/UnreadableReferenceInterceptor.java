package io.github.claimcheck.temporal.reference;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.claimcheck.temporal.internal.Quoted;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.Map;

/**
 * Shortens forged references before the SDK reads them. The SDK quotes the name of an
 * unknown driver, and its JSON parser quotes malformed data, in failures that go to event
 * history and to the log: up to two megabytes for each attempt of a task, line breaks
 * included.
 * <p>
 * Such a reference is replaced by one to an unknown driver whose name tells what is
 * wrong, so that the SDK fails the same task with a short message. References that a
 * registered driver can have written stay as they are. Thread-safe.
 */
final class UnreadableReferenceInterceptor extends ResponsePayloadInterceptor {

    @Override
    protected Payload rewrite(Payload payload) {
        if (!StorageReference.isReference(payload) || StorageReference.isEarly(payload)) {
            return payload;
        }
        try {
            String name = StorageReference.parse(payload).driverName();
            return StorageReference.isDriverName(name) ? payload : toUnknownDriver(name);
        }
        catch (InvalidProtocolBufferException ex) {
            return toUnknownDriver("malformed reference: " + ex.getMessage());
        }
    }

    private static Payload toUnknownDriver(String description) {
        String name = Quoted.of(description);
        if (name.length() > StorageReference.MAX_NAME_LENGTH) {
            int end = StorageReference.MAX_NAME_LENGTH - 1;
            name = name.substring(0, Character.isHighSurrogate(name.charAt(end - 1)) ? end - 1 : end) + "…";
        }
        return new StorageReference(name, new StorageDriverClaim(Map.of())).toPayload(0);
    }

}
