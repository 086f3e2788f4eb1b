package io.github.claimcheck.temporal.codecserver;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.codecserver.PayloadsReader.MalformedException;
import io.github.claimcheck.temporal.codecserver.PayloadsReader.TooManyPayloadsException;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payload.ExternalPayloadDetails;
import io.temporal.api.common.v1.Payloads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads and writes {@link Payloads} as
 * <a href= "https://protobuf.dev/programming-guides/json/">proto3 JSON</a>. Protobuf's
 * own {@code JsonFormat} makes strings of the whole, several times the size of a payload;
 * here, base64 is read and written in pieces. Thread-safe.
 */
final class PayloadsJson {

    private PayloadsJson() {
    }

    /**
     * Reads payloads. Unknown fields are ignored.
     * @param json the message as JSON
     * @param maxPayloads the maximum number of payloads
     * @return the payloads
     * @throws TooManyPayloadsException if there are more payloads
     * @throws MalformedException if it is not such a message
     */
    static List<Payload> read(byte[] json, int maxPayloads) throws TooManyPayloadsException, MalformedException {
        // Not one for all bodies: a factory keeps the names it has met, which are
        // callers'.
        JsonFactory factory = JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();
        try (JsonParser parser = factory.createParser(json)) {
            parser.nextToken();
            List<Payload> payloads = new PayloadsReader(parser, json, maxPayloads).readPayloads();
            if (parser.nextToken() != null) {
                throw new MalformedException("there is more after the message");
            }
            return payloads;
        }
        catch (JsonProcessingException ex) {
            // Without its message, which quotes the payloads.
            JsonLocation location = ex.getLocation();
            throw new MalformedException("it is not JSON, ends early, or is nested too deeply" + ((location != null)
                    ? String.format(Locale.ROOT, " at line %d, column %d", location.getLineNr(), location.getColumnNr())
                    : ""));
        }
        catch (IOException ex) {
            throw new IllegalStateException("Bytes in memory can be read", ex);
        }
    }

    /**
     * Writes payloads. Empty fields are omitted.
     * @param payloads the payloads
     * @param output the stream to write to; left open
     * @throws IOException if the stream fails
     */
    static void write(List<Payload> payloads, OutputStream output) throws IOException {
        try (JsonGenerator generator = new JsonFactory().createGenerator(output)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            generator.writeStartObject();
            generator.writeArrayFieldStart("payloads");
            for (Payload payload : payloads) {
                write(payload, generator);
            }
            generator.writeEndArray();
            generator.writeEndObject();
        }
    }

    private static void write(Payload payload, JsonGenerator generator) throws IOException {
        generator.writeStartObject();
        if (payload.getMetadataCount() > 0) {
            generator.writeObjectFieldStart("metadata");
            for (Map.Entry<String, ByteString> entry : payload.getMetadataMap().entrySet()) {
                generator.writeFieldName(entry.getKey());
                write(entry.getValue(), generator);
            }
            generator.writeEndObject();
        }
        if (!payload.getData().isEmpty()) {
            generator.writeFieldName("data");
            write(payload.getData(), generator);
        }
        if (payload.getExternalPayloadsCount() > 0) {
            generator.writeArrayFieldStart("externalPayloads");
            for (ExternalPayloadDetails details : payload.getExternalPayloadsList()) {
                generator.writeStartObject();
                // As a string, like every 64-bit number in proto3 JSON.
                generator.writeStringField("sizeBytes", Long.toString(details.getSizeBytes()));
                generator.writeEndObject();
            }
            generator.writeEndArray();
        }
        generator.writeEndObject();
    }

    private static void write(ByteString bytes, JsonGenerator generator) throws IOException {
        try (InputStream input = bytes.newInput()) {
            generator.writeBinary(Base64Variants.MIME_NO_LINEFEEDS, input, bytes.size());
        }
    }

}
