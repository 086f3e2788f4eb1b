package io.github.claimcheck.temporal.codecserver;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payload.ExternalPayloadDetails;
import io.temporal.api.common.v1.Payloads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
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

    /**
     * What payloads may have on average. An entry takes little of a body, and much
     * memory.
     */
    private static final int MAX_ENTRIES_PER_PAYLOAD = 4;

    private static final int MAX_NUMBER_LENGTH = 40;

    private static final Base64Variant STANDARD = Base64Variants.MIME_NO_LINEFEEDS
        .withReadPadding(Base64Variant.PaddingReadBehaviour.PADDING_ALLOWED);

    /** Jackson's own refuses padding. */
    private static final Base64Variant URL_SAFE = new Base64Variant("URL-SAFE",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", true, '=', Integer.MAX_VALUE)
        .withReadPadding(Base64Variant.PaddingReadBehaviour.PADDING_ALLOWED);

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
            List<Payload> payloads = new Reader(parser, json, maxPayloads).readPayloads();
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

    /** Reads one message. */
    private static final class Reader {

        private final JsonParser parser;

        private final byte[] json;

        private final int maxPayloads;

        private long entries;

        Reader(JsonParser parser, byte[] json, int maxPayloads) {
            this.parser = parser;
            this.json = json;
            this.maxPayloads = maxPayloads;
        }

        List<Payload> readPayloads() throws IOException, TooManyPayloadsException, MalformedException {
            List<Payload> payloads = new ArrayList<>();
            require(JsonToken.START_OBJECT, "the message must be an object");
            while (this.parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean known = this.parser.currentName().equals("payloads");
                if (!skip(known) && startsArray("payloads must be a list")) {
                    while (this.parser.nextToken() != JsonToken.END_ARRAY) {
                        if (payloads.size() == this.maxPayloads) {
                            throw new TooManyPayloadsException("payloads", this.maxPayloads);
                        }
                        payloads.add(readPayload());
                    }
                }
            }
            return payloads;
        }

        private Payload readPayload() throws IOException, TooManyPayloadsException, MalformedException {
            Payload.Builder payload = Payload.newBuilder();
            require(JsonToken.START_OBJECT, "a payload must be an object");
            while (this.parser.nextToken() == JsonToken.FIELD_NAME) {
                switch (this.parser.currentName()) {
                    case "metadata" -> {
                        if (!skip(true)) {
                            readMetadata(payload);
                        }
                    }
                    case "data" -> {
                        if (!skip(true)) {
                            payload.setData(readBytes("a payload's data"));
                        }
                    }
                    case "externalPayloads", "external_payloads" -> {
                        if (!skip(true) && startsArray("externalPayloads must be a list")) {
                            while (this.parser.nextToken() != JsonToken.END_ARRAY) {
                                countEntry();
                                payload.addExternalPayloads(readDetails());
                            }
                        }
                    }
                    default -> skip(false);
                }
            }
            return payload.build();
        }

        private void readMetadata(Payload.Builder payload)
                throws IOException, TooManyPayloadsException, MalformedException {
            require(JsonToken.START_OBJECT, "a payload's metadata must be an object");
            while (this.parser.nextToken() == JsonToken.FIELD_NAME) {
                countEntry();
                String key = this.parser.currentName();
                this.parser.nextToken();
                payload.putMetadata(key, readBytes("a value of a payload's metadata"));
            }
        }

        private void countEntry() throws TooManyPayloadsException {
            long maxEntries = (long) this.maxPayloads * MAX_ENTRIES_PER_PAYLOAD;
            if (++this.entries > maxEntries) {
                throw new TooManyPayloadsException("entries of metadata and externalPayloads", maxEntries);
            }
        }

        private ExternalPayloadDetails readDetails() throws IOException, MalformedException {
            ExternalPayloadDetails.Builder details = ExternalPayloadDetails.newBuilder();
            require(JsonToken.START_OBJECT, "an element of externalPayloads must be an object");
            while (this.parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = this.parser.currentName();
                if (!skip(name.equals("sizeBytes") || name.equals("size_bytes"))) {
                    details.setSizeBytes(readLong());
                }
            }
            return details.build();
        }

        /** A number or a string, perhaps with a fraction of zero or an exponent. */
        private long readLong() throws IOException, MalformedException {
            String text = this.parser.currentToken().isScalarValue() ? this.parser.getText() : "";
            try {
                return new BigDecimal((text.length() <= MAX_NUMBER_LENGTH) ? text : "").longValueExact();
            }
            catch (ArithmeticException | NumberFormatException ex) {
                throw new MalformedException("sizeBytes must be a whole number");
            }
        }

        private ByteString readBytes(String what) throws IOException, MalformedException {
            require(JsonToken.VALUE_STRING, what + " must be a string");
            Base64Variant variant = isUrlSafe() ? URL_SAFE : STANDARD;
            ByteString.Output bytes = ByteString.newOutput();
            try {
                this.parser.readBinaryValue(variant, bytes);
            }
            catch (JsonProcessingException | IllegalArgumentException ex) {
                throw new MalformedException(what + " must be base64");
            }
            return bytes.toByteString();
        }

        /** Looks ahead, since the decoder has to know before the first byte. */
        private boolean isUrlSafe() {
            long start = this.parser.currentTokenLocation().getByteOffset();
            if (start < 0) {
                // Not UTF-8.
                return false;
            }
            for (int i = (int) start + 1; i < this.json.length && this.json[i] != '"'; i++) {
                if (this.json[i] == '-' || this.json[i] == '_') {
                    return true;
                }
            }
            return false;
        }

        /**
         * Moves to the value of a field. Skips it if the field is unknown, or the value
         * is null, which stands for the default.
         */
        private boolean skip(boolean known) throws IOException {
            JsonToken value = this.parser.nextToken();
            if (!known) {
                this.parser.skipChildren();
            }
            return !known || value == JsonToken.VALUE_NULL;
        }

        private boolean startsArray(String otherwise) throws MalformedException {
            require(JsonToken.START_ARRAY, otherwise);
            return true;
        }

        private void require(JsonToken token, String otherwise) throws MalformedException {
            if (this.parser.currentToken() != token) {
                throw new MalformedException(otherwise);
            }
        }

    }

    /** Thrown for what is not a message of payloads. The message says why. */
    static final class MalformedException extends Exception {

        MalformedException(String message) {
            super(message);
        }

    }

    /** Thrown for a message of too many parts. The message says of what. */
    static final class TooManyPayloadsException extends Exception {

        TooManyPayloadsException(String parts, long limit) {
            super("more than " + limit + " " + parts);
        }

    }

}
