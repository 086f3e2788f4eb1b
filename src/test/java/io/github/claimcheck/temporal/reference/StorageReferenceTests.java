package io.github.claimcheck.temporal.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StorageReferenceTests {

    private static Payload reference(String json) {
        return Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("json/protobuf"))
            .putMetadata("messageType", ByteString.copyFromUtf8("temporal.api.sdk.v1.ExternalStorageReference"))
            .setData(ByteString.copyFromUtf8(json))
            .build();
    }

    @Test
    void hasTheMetadataAndTheSizeOfTheWireContract() {
        Payload payload = new StorageReference("aws.s3driver", new StorageDriverClaim(Map.of("key", "v0/d/sha256/00")))
            .toPayload(3_145_812);
        assertThat(payload.getMetadataMap()).isEqualTo(reference("").getMetadataMap());
        assertThat(payload.getData().toStringUtf8()).contains("\"driverName\": \"aws.s3driver\"", "\"claimData\"");
        assertThat(payload.getExternalPayloadsList()).singleElement()
            .satisfies((details) -> assertThat(details.getSizeBytes()).isEqualTo(3_145_812));
    }

    @Test
    void comesBackAsItWas() {
        StorageReference reference = new StorageReference("näme \"quoted\"",
                new StorageDriverClaim(Map.of("key", "a/b", "empty", "", "unicode", "Ωλ🚀")));
        assertThat(StorageReference.from(reference.toPayload(1))).isEqualTo(reference);
    }

    @Test
    void readsBothSpellingsOfProtoJsonAndIgnoresUnknownFields() {
        StorageReference expected = new StorageReference("d", new StorageDriverClaim(Map.of("k", "v")));
        assertThat(StorageReference.from(reference("{\"driverName\":\"d\",\"claimData\":{\"k\":\"v\"},\"later\":{}}")))
            .isEqualTo(expected);
        assertThat(StorageReference.from(reference("{\"driver_name\":\"d\",\"claim_data\":{\"k\":\"v\"}}")))
            .isEqualTo(expected);
    }

    private static Payload earlyReference(String json) {
        return Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("json/external-storage-reference"))
            .setData(ByteString.copyFromUtf8(json))
            .build();
    }

    @Test
    void readsTheFormOfEarlyGoAndPythonReleases() {
        Payload early = earlyReference("{\"driver_name\":\"d\",\"driver_claim\":{\"claim_data\":{\"k\":\"v\"}}}");
        assertThat(StorageReference.isReference(early)).isTrue();
        assertThat(StorageReference.from(early))
            .isEqualTo(new StorageReference("d", new StorageDriverClaim(Map.of("k", "v"))));
    }

    @Test
    void earlyDataThatIsNoReferenceIsRefused() {
        for (String json : new String[] { "not json", "{}", "{\"driver_name\":\"d\"}", "[]" }) {
            assertThatThrownBy(() -> StorageReference.from(earlyReference(json)))
                .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void isToldFromOtherPayloads() {
        assertThat(StorageReference.isReference(Payloads.of(new byte[1]))).isFalse();
        assertThat(StorageReference.isReference(Payload.getDefaultInstance())).isFalse();
        assertThat(StorageReference.isReference(
                reference("{}").toBuilder().putMetadata("messageType", ByteString.copyFromUtf8("other")).build()))
            .isFalse();
        assertThat(StorageReference.isReference(reference("{}"))).isTrue();
    }

    @Test
    void dataThatIsNoReferenceIsRefused() {
        assertThatThrownBy(() -> StorageReference.from(reference("not json")))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("temporal.api.sdk.v1.ExternalStorageReference");
    }

}
