package io.github.claimcheck.temporal.codecserver;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payload.ExternalPayloadDetails;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one message of payloads from JSON, and no more than it may hold. Used by one
 * thread.
 */
final class PayloadsReader {

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

    private final JsonParser parser;

    private final byte[] json;

    private final int maxPayloads;

    private long entries;

    PayloadsReader(JsonParser parser, byte[] json, int maxPayloads) {
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
     * Moves to the value of a field. Skips it if the field is unknown, or the value is
     * null, which stands for the default.
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
