package io.github.claimcheck.temporal.driver;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.temporal.api.common.v1.Payload;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Serializes payloads without copying their data. */
final class SerializedPayload {

    private SerializedPayload() {
    }

    /**
     * Returns the bytes of {@link Payload#toByteString()}, of which the payload's data
     * are the payload's own. Only what comes before and after the data is copied.
     */
    static ByteString of(Payload payload) {
        if (payload.getData().isEmpty()) {
            return payload.toByteString();
        }
        // Protobuf writes fields in the order of their numbers, and unknown ones last.
        Payload rest = payload.toBuilder().clearMetadata().clearData().build();
        return start(payload).concat(payload.getData()).concat(rest.toByteString());
    }

    /** Returns the metadata, and the tag and the length of the data. */
    private static ByteString start(Payload payload) {
        Payload metadata = Payload.newBuilder().putAllMetadata(payload.getMetadataMap()).build();
        int length = payload.getData().size();
        byte[] start = new byte[metadata.getSerializedSize()
                + CodedOutputStream.computeTagSize(Payload.DATA_FIELD_NUMBER)
                + CodedOutputStream.computeUInt32SizeNoTag(length)];
        try {
            CodedOutputStream output = CodedOutputStream.newInstance(start);
            metadata.writeTo(output);
            output.writeTag(Payload.DATA_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            output.writeUInt32NoTag(length);
            output.checkNoSpaceLeft();
        }
        catch (IOException ex) {
            throw new UncheckedIOException("The array has room for what was measured", ex);
        }
        return UnsafeByteOperations.unsafeWrap(start);
    }

}
