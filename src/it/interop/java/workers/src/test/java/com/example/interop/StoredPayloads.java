package com.example.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.sdk.v1.ExternalStorageReference;
import io.temporal.client.WorkflowClient;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The references in a workflow's history, as the server has them, and the objects that
 * they name.
 */
record StoredPayloads(List<String> keys, List<String> encodings) {

    /**
     * Verifies that all that is large in a workflow's history is a reference to an object
     * as the claim has it.
     */
    static StoredPayloads of(WorkflowClient client, String workflowId, Store store, String bucket) throws Exception {
        StoredPayloads stored = new StoredPayloads(new ArrayList<>(), new ArrayList<>());
        for (Payload payload : new History(client.getWorkflowServiceStubs(), workflowId).payloads()) {
            assertThat(payload.getSerializedSize()).isLessThan(256 * 1024);
            if (payload.getExternalPayloadsCount() > 0) {
                stored.add(payload, store, bucket);
            }
        }
        return stored;
    }

    private void add(Payload payload, Store store, String bucket) throws Exception {
        assertThat(payload.getMetadataMap()).containsOnlyKeys("encoding", "messageType");
        assertThat(payload.getMetadataOrThrow("encoding").toStringUtf8()).isEqualTo("json/protobuf");
        assertThat(payload.getMetadataOrThrow("messageType").toStringUtf8())
            .isEqualTo("temporal.api.sdk.v1.ExternalStorageReference");
        ExternalStorageReference.Builder reference = ExternalStorageReference.newBuilder();
        JsonFormat.parser().merge(payload.getData().toStringUtf8(), reference);
        assertThat(reference.getDriverName()).isEqualTo(store.getDriverName());
        assertThat(reference.getClaimDataMap()).containsEntry("bucket", bucket)
            .containsEntry("hash_algorithm", "sha256");

        String key = store.key(reference.getClaimDataMap());
        byte[] object = store.content(bucket, key);
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(object));
        assertThat(reference.getClaimDataOrThrow("hash_value")).isEqualTo(digest);
        assertThat(key).endsWith("/d/sha256/" + digest);
        assertThat(payload.getExternalPayloadsList()).singleElement()
            .satisfies((details) -> assertThat(details.getSizeBytes()).isEqualTo(object.length));
        this.keys.add(key.substring(0, key.length() - digest.length()));
        this.encodings.add(Payload.parseFrom(object).getMetadataOrThrow("encoding").toStringUtf8());
    }

}
