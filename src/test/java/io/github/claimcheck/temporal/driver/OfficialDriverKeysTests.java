package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.claimcheck.temporal.driver.gcs.GcsClient;
import io.github.claimcheck.temporal.driver.gcs.GcsObjectStore;
import io.github.claimcheck.temporal.driver.s3.S3Encryption;
import io.github.claimcheck.temporal.driver.s3.S3ObjectStore;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Payloads of hostile namespaces, types and ids are stored under the keys, and with the claims, that the S3 and GCS
 * drivers of the official SDKs were seen to give them. {@code src/it/interop/update-keys} asks those drivers again.
 */
class OfficialDriverKeysTests {

    /** In the key of the Go driver of that version these are as they are where Python's are escaped, or the reverse. */
    private static final Pattern ESCAPED_DIFFERENTLY_BY_GO = Pattern.compile("[!$&'()*+:=@~]");

    private static final int LONGEST_KEY = 1024;

    /** Nothing is sent. */
    private static final Storage GCS = StorageOptions.http()
        .setCredentials(NoCredentials.getInstance())
        .setProjectId("none")
        .build()
        .getService();

    static Stream<Arguments> entries() throws IOException {
        try (InputStream file = OfficialDriverKeysTests.class.getResourceAsStream("/official-driver-keys.json")) {
            JsonNode corpus = new ObjectMapper().readTree(file);
            return corpus.path("entries")
                .valueStream()
                .map((entry) -> Arguments.argumentSet(name(entry), corpus.path("bucket").asText(), entry));
        }
    }

    private static String name(JsonNode entry) {
        String name = Stream.of("target", "namespace", "type", "id", "runId")
            .map((field) -> entry.path(field).toString())
            .reduce((left, right) -> left + " " + right)
            .orElseThrow();
        return (name.length() <= 150) ? name : name.substring(0, 150) + "…";
    }

    @ParameterizedTest
    @MethodSource("entries")
    void theClaimIsTheOneOfThePythonDriver(String bucket, JsonNode entry) throws IOException {
        assertThat(store(bucket, entry)).isEqualTo(claim(entry, "python"));
    }

    @ParameterizedTest
    @MethodSource("entries")
    void theClaimIsTheOneOfTheGoDriverButForCharactersThatItEscapesDifferently(String bucket, JsonNode entry)
            throws IOException {
        Map<String, String> expected = claim(entry, "go");
        Map<String, String> claim = store(bucket, entry);
        if (isEscapedDifferentlyByGo(entry) || expected.get("key").length() > LONGEST_KEY) {
            assertThat(expected.get("key")).isNotEqualTo(claim(entry, "python").get("key"));
            claim.remove("key");
            expected.remove("key");
        }
        assertThat(claim).isEqualTo(expected);
    }

    /** The name is {@code object_name} to the Python driver, {@code key} to the Go driver's first release. */
    @ParameterizedTest
    @MethodSource("entries")
    void theGcsClaimIsTheOneOfThePythonDriver(String bucket, JsonNode entry) throws IOException {
        StorageDriverTargetInfo target = target(entry);
        Payload payload = payload(entry);
        Map<String, String> expected = claim(entry, "gcs-python");
        expected.put("key", expected.get("object_name"));
        try (GcsObjectStore store = new GcsObjectStore(GcsClient.of(GCS), bucket, "", Duration.ofSeconds(1))) {
            if (expected.get("key").getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
                assertThatExceptionOfType(StorageDriverException.class)
                    .isThrownBy(() -> store.locate(() -> target, payload, expected.get("hash_value")))
                    .withMessageContaining("Use a shorter namespace");
                return;
            }
            Map<String, String> claim = new HashMap<>(
                    store.locate(() -> target, payload, expected.get("hash_value")).entries());
            expected.keySet().removeAll(List.of("hash_algorithm", "hash_value"));
            assertThat(claim).isEqualTo(expected);
        }
    }

    /** Whatever the key, it is in the claim. */
    @ParameterizedTest
    @MethodSource("entries")
    void theClaimsOfBothDriversAreRetrieved(String bucket, JsonNode entry) throws IOException {
        for (String language : List.of("python", "go")) {
            Map<String, String> claim = claim(entry, language);
            RecordingClient client = new RecordingClient(entry.path("payload").binaryValue());
            List<Payload> retrieved = driver(bucket, client)
                .retrieve(new StorageDriverRetrieveContext() {
                }, List.of(new StorageDriverClaim(claim)))
                .join();
            assertThat(retrieved).containsExactly(payload(entry));
            assertThat(client.key).isEqualTo(claim.get("key"));
        }
    }

    private static boolean isEscapedDifferentlyByGo(JsonNode entry) {
        return Stream.of("namespace", "type", "id", "runId")
            .anyMatch((field) -> ESCAPED_DIFFERENTLY_BY_GO.matcher(entry.path(field).asText("")).find());
    }

    private static Map<String, String> store(String bucket, JsonNode entry) throws IOException {
        RecordingClient client = new RecordingClient(new byte[0]);
        StorageDriverTargetInfo target = target(entry);
        List<StorageDriverClaim> claims = driver(bucket, client)
            .store(() -> target, List.of(payload(entry)))
            .join();
        Map<String, String> claim = new HashMap<>(claims.get(0).getClaimData());
        assertThat(client.key).isEqualTo(claim.get("key"));
        return claim;
    }

    private static StorageDriver driver(String bucket, S3AsyncClient client) {
        return new ContentAddressedStorageDriver("aws.s3driver", S3ObjectStore.DRIVER_TYPE, Integer.MAX_VALUE, "",
                new S3ObjectStore(client, false, (context, payload) -> bucket, "", S3Encryption.BUCKET_DEFAULT));
    }

    private static @Nullable StorageDriverTargetInfo target(JsonNode entry) {
        String namespace = text(entry, "namespace");
        String type = text(entry, "type");
        String id = text(entry, "id");
        String runId = text(entry, "runId");
        return switch (entry.path("target").asText()) {
            case "workflow" -> new StorageDriverWorkflowInfo(namespace, id, runId, type);
            case "activity" -> new StorageDriverActivityInfo(namespace, id, runId, type);
            default -> null;
        };
    }

    private static @Nullable String text(JsonNode entry, String field) {
        return entry.path(field).isNull() ? null : entry.path(field).asText();
    }

    private static Payload payload(JsonNode entry) throws IOException {
        return Payload.parseFrom(entry.path("payload").binaryValue());
    }

    private static Map<String, String> claim(JsonNode entry, String language) {
        Map<String, String> claim = new HashMap<>();
        entry.path(language).properties().forEach((part) -> claim.put(part.getKey(), part.getValue().asText()));
        return claim;
    }

    /** An S3 that has one object, under any key, and remembers the key it was asked for. */
    private static final class RecordingClient implements S3AsyncClient {

        private final byte[] content;

        private @Nullable String key;

        private RecordingClient(byte[] content) {
            this.content = content;
        }

        @Override
        public CompletableFuture<PutObjectResponse> putObject(PutObjectRequest request, AsyncRequestBody body) {
            this.key = request.key();
            return CompletableFuture.completedFuture(PutObjectResponse.builder().build());
        }

        @Override
        public <T> CompletableFuture<T> getObject(GetObjectRequest request,
                AsyncResponseTransformer<GetObjectResponse, T> transformer) {
            this.key = request.key();
            CompletableFuture<T> received = transformer.prepare();
            transformer.onResponse(GetObjectResponse.builder().contentLength((long) this.content.length).build());
            transformer.onStream(SdkPublisher.adapt(AsyncRequestBody.fromBytes(this.content)));
            return received;
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {
        }

    }

}
