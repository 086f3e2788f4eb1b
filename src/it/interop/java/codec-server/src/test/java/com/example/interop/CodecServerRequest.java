package com.example.interop;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.JsonFormat;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.sdk.v1.ExternalStorageReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A request to a codec server.
 *
 * @param operation the path below that of the server, and the query
 */
record CodecServerRequest(String name, String operation, String body) {

    /** The name of requests for what the store does not have. */
    static final String NO_OBJECT = "a reference to no object";

    private static final String PRESERVE = "?preserveStorageRefs=";

    /** Returns requests that must have the same answer from any codec server. */
    static List<CodecServerRequest> all(Places places) throws IOException {
        List<CodecServerRequest> requests = new ArrayList<>();
        ofPayloads(places).forEach((name, payloads) -> {
            String body = CodecServerClient.json(payloads);
            for (String operation : List.of("/decode", "/decode" + PRESERVE + "true", "/download",
                    "/download" + PRESERVE + "true")) {
                requests.add(new CodecServerRequest(name, operation, body));
            }
        });
        String history = CodecServerClient.json(places.inHistory());
        for (String value : List.of("TRUE", "True", "false", "1", "", "yes")) {
            requests.add(new CodecServerRequest("a history", "/decode" + PRESERVE + value, history));
        }
        for (String operation : List.of("", "/", "/nothing", "/decoder")) {
            requests.add(new CodecServerRequest("nothing", operation, "{}"));
        }
        bodies().forEach((name, body) -> {
            for (String operation : List.of("/encode", "/decode", "/download")) {
                requests.add(new CodecServerRequest(name, operation, body));
            }
        });
        return requests;
    }

    private static Map<String, List<Payload>> ofPayloads(Places places) throws IOException {
        Payload reference = places.references().get(0);
        Payload other = places.references().get(1);
        Payload inline = places.others().get(0);
        Map<String, List<Payload>> payloads = new LinkedHashMap<>();
        payloads.put("a history", places.inHistory());
        payloads.put("references", places.references());
        payloads.put("the same reference twice", List.of(reference, reference));
        payloads.put("what is not stored", places.others());
        payloads.put("a reference between others", List.of(inline, reference, inline));
        payloads.put("nothing", List.of());
        payloads.put("an early reference", List.of(early(reference)));
        payloads.put("early references among others", List.of(early(other), inline, reference, early(reference)));
        payloads.put("an early reference that is none", List.of(early(reference, "{}")));
        payloads.put("a reference without a size", List.of(reference.toBuilder().clearExternalPayloads().build()));
        payloads.put("a reference with a field that nobody knows",
                List.of(reference.toBuilder()
                    .setData(ByteString
                        .copyFromUtf8("{\"future\":{\"a\":[1]}," + reference.getData().toStringUtf8().substring(1)))
                    .build()));
        payloads.put("a reference that is no JSON",
                List.of(reference.toBuilder().setData(ByteString.copyFromUtf8("{\"driverName\"")).build()));
        payloads.put("a reference without data", List.of(reference.toBuilder().clearData().build()));
        payloads.put("a reference without a claim", List.of(changed(reference, (builder) -> builder.clearClaimData())));
        payloads.put("a reference to an unknown driver",
                List.of(changed(reference, (builder) -> builder.setDriverName("nobody"))));
        payloads.put("a reference to an unknown driver among others",
                List.of(reference, inline, changed(reference, (builder) -> builder.setDriverName("nobody"))));
        payloads.put("a reference to an unknown bucket",
                List.of(changed(reference, (builder) -> builder.putClaimData("bucket", "nobodys"))));
        payloads.put(NO_OBJECT,
                List.of(changed(reference, (builder) -> builder.putClaimData("key", "v0/d/sha256/" + "0".repeat(64))
                    .putClaimData("hash_value", "0".repeat(64)))));
        payloads.put("a reference with another object's digest", List
            .of(changed(reference, (builder) -> builder.putClaimData("hash_value", claim(other).get("hash_value")))));
        payloads.put("a message of another type",
                List.of(reference.toBuilder()
                    .putMetadata("messageType", ByteString.copyFromUtf8("temporal.api.common.v1.WorkflowExecution"))
                    .clearExternalPayloads()
                    .build()));
        payloads.put("an empty payload", List.of(Payload.getDefaultInstance()));
        payloads.put("a payload without an encoding",
                List.of(Payload.newBuilder().setData(ByteString.copyFromUtf8("\u20ac")).build()));
        payloads.put("a payload of an unknown encoding",
                List.of(Payload.newBuilder()
                    .putMetadata("encoding", ByteString.copyFrom(new byte[] { -1, 0, 1 }))
                    .putMetadata("", ByteString.EMPTY)
                    .setData(ByteString.copyFrom(new byte[] { 0, -1 }))
                    .build()));
        payloads.put("a payload that is not compressed",
                List.of(inline.toBuilder()
                    .putMetadata("encoding", ByteString.copyFromUtf8("binary/zlib"))
                    .setData(ByteString.copyFromUtf8("not zlib"))
                    .build()));
        return payloads;
    }

    private static Map<String, String> bodies() {
        Map<String, String> bodies = new LinkedHashMap<>();
        bodies.put("an empty body", "");
        bodies.put("no JSON", "payloads");
        bodies.put("a list", "[]");
        bodies.put("a text", "\"payloads\"");
        bodies.put("null", "null");
        bodies.put("an empty message", "{}");
        bodies.put("a list of payloads that is null", "{\"payloads\":null}");
        bodies.put("a payload that is null", "{\"payloads\":[null]}");
        bodies.put("a payload that is a text", "{\"payloads\":[\"a\"]}");
        bodies.put("payloads that are no list", "{\"payloads\":{}}");
        bodies.put("a list that does not end", "{\"payloads\":[{\"data\":\"\"}");
        bodies.put("more than a message", "{\"payloads\":[]} {}");
        bodies.put("a comma too many", "{\"payloads\":[],}");
        bodies.put("data that is a number", "{\"payloads\":[{\"data\":1}]}");
        bodies.put("data that is no base64", "{\"payloads\":[{\"data\":\"???\"}]}");
        bodies.put("base64 that ends early", "{\"payloads\":[{\"data\":\"A\"}]}");
        bodies.put("metadata that is no base64", "{\"payloads\":[{\"metadata\":{\"encoding\":\"???\"}}]}");
        bodies.put("metadata that is null", "{\"payloads\":[{\"metadata\":null,\"data\":null}]}");
        bodies.put("a value of metadata that is null", "{\"payloads\":[{\"metadata\":{\"encoding\":null}}]}");
        bodies.put("metadata that is a list", "{\"payloads\":[{\"metadata\":[]}]}");
        for (String size : List.of("\"a\"", "\"\"", "1.5", "true", "[]", "9223372036854775808", "null", "7", "\"7\"",
                "-1", "0", "\" 7\"")) {
            bodies.put("the size " + size, payload("e30=", ",\"externalPayloads\":[{\"sizeBytes\":" + size + "}]"));
        }
        bodies.put("names as in Protobuf", payload("e30=", ",\"external_payloads\":[{\"size_bytes\":\"7\"}]"));
        bodies.put("base64 without padding", payload("IsOpIg", ""));
        bodies.put("base64 for URLs", payload("Ij8_Pz8-PiI=", ""));
        bodies.put("base64 for URLs without padding", payload("Ij8_Pz8-PiI", ""));
        bodies.put("base64 of both kinds", payload("Ij8_Pz8+PiI=", ""));
        bodies.put("base64 with escapes", payload("\\u0049sOp\\u0049g==", ""));
        return bodies;
    }

    private static String payload(String data, String more) {
        return "{\"payloads\":[{\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":\"" + data + "\"" + more
                + "}]}";
    }

    private static ExternalStorageReference parse(Payload payload) throws IOException {
        ExternalStorageReference.Builder reference = ExternalStorageReference.newBuilder();
        JsonFormat.parser().merge(payload.getData().toStringUtf8(), reference);
        return reference.build();
    }

    private static Map<String, String> claim(Payload payload) {
        try {
            return parse(payload).getClaimDataMap();
        }
        catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static Payload changed(Payload payload, UnaryOperator<ExternalStorageReference.Builder> change)
            throws IOException {
        return payload.toBuilder()
            .setData(ByteString.copyFromUtf8(JsonFormat.printer().print(change.apply(parse(payload).toBuilder()))))
            .build();
    }

    /** Returns a reference as prereleases of the Python and Go SDKs wrote it. */
    private static Payload early(Payload payload) throws IOException {
        ExternalStorageReference reference = parse(payload);
        StringBuilder claim = new StringBuilder();
        reference.getClaimDataMap()
            .forEach((key, value) -> claim.append(claim.isEmpty() ? "" : ",")
                .append("\"%s\":\"%s\"".formatted(key, value)));
        return early(payload, "{\"driver_name\":\"%s\",\"driver_claim\":{\"claim_data\":{%s}}}"
            .formatted(reference.getDriverName(), claim));
    }

    private static Payload early(Payload payload, String json) {
        return payload.toBuilder()
            .clearMetadata()
            .putMetadata("encoding", ByteString.copyFromUtf8("json/external-storage-reference"))
            .setData(ByteString.copyFromUtf8(json))
            .build();
    }

    @Override
    public String toString() {
        return this.name + " to " + this.operation;
    }

}
