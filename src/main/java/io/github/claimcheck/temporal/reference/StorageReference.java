package io.github.claimcheck.temporal.reference;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.github.claimcheck.temporal.internal.ClaimBounds;
import io.github.claimcheck.temporal.internal.Quoted;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.sdk.v1.ExternalStorageReference;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A reference in event history to a payload in external storage: the name of the driver
 * that stored it, and the driver's claim. Immutable.
 * <p>
 * On the wire, a reference is a payload with the encoding {@code json/protobuf} that
 * contains a {@code temporal.api.sdk.v1.ExternalStorageReference} message, and whose
 * {@code external_payloads} has the size of the stored payload. Every Temporal SDK with
 * external storage writes and reads this format; see {@code ExternalStorageReference} in
 * <a href="https://github.com/temporalio/api">the Temporal API</a>. References with the
 * encoding {@code json/external-storage-reference}, which early releases of the Go and
 * Python SDKs wrote, are read, but never written.
 *
 * @param driverName the name of the storage driver
 * @param claim the driver's claim on the payload
 */
public record StorageReference(String driverName, StorageDriverClaim claim) {

    private static final String ENCODING = "encoding";

    private static final ByteString PROTO_JSON = ByteString.copyFromUtf8("json/protobuf");

    private static final String MESSAGE_TYPE = "messageType";

    private static final ByteString REFERENCE = ByteString
        .copyFromUtf8(ExternalStorageReference.getDescriptor().getFullName());

    private static final ByteString EARLY_JSON = ByteString.copyFromUtf8("json/external-storage-reference");

    static final int MAX_NAME_LENGTH = 200;

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer();

    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    /**
     * Returns whether a payload is a reference.
     * @param payload any payload
     * @return whether it is a reference to a payload in external storage
     */
    public static boolean isReference(Payload payload) {
        return isEarly(payload) || (PROTO_JSON.equals(payload.getMetadataMap().get(ENCODING))
                && REFERENCE.equals(payload.getMetadataMap().get(MESSAGE_TYPE)));
    }

    static boolean isEarly(Payload payload) {
        return EARLY_JSON.equals(payload.getMetadataMap().get(ENCODING));
    }

    /**
     * Parses a reference. Unknown fields are ignored, as in every SDK.
     * @param payload a payload for which {@link #isReference} is true
     * @return the reference
     * @throws IllegalArgumentException if the payload's data is not a valid reference, or
     * is larger than any driver's
     */
    public static StorageReference from(Payload payload) {
        if (payload.getData().size() > ClaimBounds.MAX_REFERENCE_SIZE) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "An external storage reference is %d bytes long, and may be %d at most",
                            payload.getData().size(), ClaimBounds.MAX_REFERENCE_SIZE));
        }
        try {
            StorageReference reference = parse(payload);
            requireBounds(reference);
            return reference;
        }
        catch (InvalidProtocolBufferException ex) {
            // Without the cause, which quotes what it has parsed.
            throw new IllegalArgumentException("A payload has the encoding of an external storage reference, but its "
                    + "data is not a valid " + REFERENCE.toStringUtf8() + ": " + Quoted.of(ex.getMessage()));
        }
    }

    /** Parses a reference of any size. */
    static StorageReference parse(Payload payload) throws InvalidProtocolBufferException {
        String json = payload.getData().toStringUtf8();
        return isEarly(payload) ? fromEarlyJson(json) : fromProtoJson(json);
    }

    /**
     * Returns whether a driver can have a name, because messages can quote it as it is.
     * @param name any name
     * @return whether it has at most 200 characters, and no control characters
     */
    public static boolean isDriverName(String name) {
        return name.length() <= MAX_NAME_LENGTH && Quoted.of(name).equals(name);
    }

    private static void requireBounds(StorageReference reference) {
        if (reference.driverName().length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException(String.format(Locale.ROOT,
                    "An external storage reference has a driver name of %d characters, but the maximum is %d: '%s'",
                    reference.driverName().length(), MAX_NAME_LENGTH, Quoted.of(reference.driverName())));
        }
        try {
            ClaimBounds.require(reference.claim());
        }
        catch (IllegalArgumentException ex) {
            throw new IllegalArgumentException("An external storage reference of storage driver '"
                    + Quoted.of(reference.driverName()) + "' is invalid: " + ex.getMessage(), ex);
        }
    }

    private static StorageReference fromProtoJson(String json) throws InvalidProtocolBufferException {
        ExternalStorageReference.Builder reference = ExternalStorageReference.newBuilder();
        PARSER.merge(json, reference);
        return new StorageReference(reference.getDriverName(), new StorageDriverClaim(reference.getClaimDataMap()));
    }

    /**
     * Parses the form {@code {"driver_name": …, "driver_claim": {"claim_data": {…}}}}.
     */
    private static StorageReference fromEarlyJson(String json) throws InvalidProtocolBufferException {
        Struct.Builder reference = Struct.newBuilder();
        PARSER.merge(json, reference);
        Map<String, String> claimData = new HashMap<>();
        member(member(reference.build(), "driver_claim").getStructValue(), "claim_data").getStructValue()
            .getFieldsMap()
            .forEach((key, value) -> claimData.put(key, value.getStringValue()));
        return new StorageReference(member(reference.build(), "driver_name").getStringValue(),
                new StorageDriverClaim(claimData));
    }

    private static Value member(Struct struct, String name) throws InvalidProtocolBufferException {
        Value value = struct.getFieldsMap().get(name);
        if (value == null) {
            throw new InvalidProtocolBufferException("Missing field " + name);
        }
        return value;
    }

    /**
     * Returns this reference as a payload.
     * @param storedSize the serialized size of the stored payload, in bytes
     * @return the payload that goes into event history
     * @throws IllegalArgumentException if this reference is larger than those that are
     * read
     */
    public Payload toPayload(long storedSize) {
        requireBounds(this);
        ExternalStorageReference reference = ExternalStorageReference.newBuilder()
            .setDriverName(this.driverName)
            .putAllClaimData(this.claim.getClaimData())
            .build();
        try {
            return Payload.newBuilder()
                .putMetadata(ENCODING, PROTO_JSON)
                .putMetadata(MESSAGE_TYPE, REFERENCE)
                .setData(ByteString.copyFromUtf8(PRINTER.print(reference)))
                .addExternalPayloads(Payload.ExternalPayloadDetails.newBuilder().setSizeBytes(storedSize))
                .build();
        }
        catch (InvalidProtocolBufferException ex) {
            throw new IllegalStateException("A message of strings is always printable", ex);
        }
    }

}
