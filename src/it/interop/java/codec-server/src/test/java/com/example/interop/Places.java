package com.example.interop;

import io.temporal.api.common.v1.Payload;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a workflow got, and what history has of it.
 *
 * @param input without codec and storage: two documents, the second of which is small,
 * bytes, null and a Protobuf message
 * @param inHistory all payloads of the workflow's history
 */
record Places(List<Payload> input, List<Payload> inHistory) {

    private static final int THRESHOLD = 256 * 1024;

    static boolean isReference(Payload payload) {
        return payload.getExternalPayloadsCount() > 0;
    }

    /** Says all of a payload, in a line that a failed assertion can show. */
    static String description(Payload payload) {
        try {
            return new TreeMap<>(payload.getMetadataMap()).entrySet()
                .stream()
                .map((entry) -> entry.getKey() + "=" + entry.getValue().toStringUtf8() + " ")
                .collect(Collectors.joining())
                    + HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(payload.getData().toByteArray()))
                    + payload.getExternalPayloadsList()
                        .stream()
                        .map((details) -> " of " + details.getSizeBytes() + " bytes")
                        .collect(Collectors.joining());
        }
        catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException(ex);
        }
    }

    static List<String> descriptions(List<Payload> payloads) {
        return payloads.stream().map(Places::description).toList();
    }

    List<Payload> references() {
        return this.inHistory.stream().filter(Places::isReference).toList();
    }

    List<Payload> others() {
        return this.inHistory.stream().filter((payload) -> !isReference(payload)).toList();
    }

    /** Describes what has to come out of what is stored. */
    List<String> large() {
        return descriptions(plain().stream().filter((payload) -> payload.getSerializedSize() >= THRESHOLD).toList());
    }

    /** Describes what has to come out of what is not stored. */
    List<String> small() {
        return descriptions(plain().stream().filter((payload) -> payload.getSerializedSize() < THRESHOLD).toList());
    }

    private List<Payload> plain() {
        List<Payload> plain = new ArrayList<>();
        // The workflow's input, the activity's input, and its failure.
        for (int i = 0; i < 3; i++) {
            plain.addAll(this.input);
        }
        List<Payload> memo = this.input.subList(0, 2);
        plain.addAll(memo);
        Payload result = this.input.get(0);
        plain.add(result);
        return plain;
    }

}
