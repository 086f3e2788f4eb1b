package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.mockito.Mockito.withSettings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.ReadChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobGetOption;
import io.github.claimcheck.temporal.store.gcs.GcsTestDrivers;
import io.github.claimcheck.temporal.store.s3.S3TestDrivers;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
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
 * Tests keys and claims of payloads with hostile namespaces, types and ids against those
 * recorded from the official SDKs' S3 and GCS drivers, and retrieval with the recorded
 * claims. {@code src/it/interop/update-keys} and {@code update-gcs-go-keys} record them
 * again.
 */
class OfficialDriverKeysTests {

    /**
     * Characters that the recorded version of the Go driver escapes and Python's does
     * not, or the reverse.
     */
    private static final Pattern ESCAPED_DIFFERENTLY_BY_GO = Pattern.compile("[!$&'()*+:=@~]");

    private static final int LONGEST_KEY = 1024;

    /**
     * The TypeScript drivers' names of claim entries, by the names in all other drivers.
     */
    private static final Map<String, String> TYPESCRIPT_NAMES = Map.of("hashAlgorithm", "hash_algorithm", "hashValue",
            "hash_value", "object", "object_name");

    private static final String BUCKET = "payloads";

    private static final RecordingGcs GCS = new RecordingGcs();

    @AfterAll
    static void closeDriver() {
        GCS.driver.close();
    }

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
    void s3ClaimEqualsThePythonDrivers(String bucket, JsonNode entry) throws IOException {
        assertThat(store(bucket, entry)).isEqualTo(claim(entry, "python"));
    }

    @ParameterizedTest
    @MethodSource("entries")
    void s3ClaimEqualsTheGoDriversExceptForEscapes(String bucket, JsonNode entry) throws IOException {
        Map<String, String> expected = claim(entry, "go");
        Map<String, String> claim = store(bucket, entry);
        if (isEscapedDifferentlyByGo(entry) || expected.get("key").length() > LONGEST_KEY) {
            assertThat(expected.get("key")).isNotEqualTo(claim(entry, "python").get("key"));
            claim.remove("key");
            expected.remove("key");
        }
        assertThat(claim).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("entries")
    void s3ClaimEqualsTheTypeScriptDriversExceptForNamesAndLongKeys(String bucket, JsonNode entry) throws IOException {
        Map<String, String> expected = inOurNames(claim(entry, "typescript"));
        Map<String, String> claim = store(bucket, entry);
        if (expected.get("key").length() > LONGEST_KEY) {
            assertThat(expected.get("key")).isNotEqualTo(claim(entry, "python").get("key"));
            claim.remove("key");
            expected.remove("key");
        }
        assertThat(claim).isEqualTo(expected);
    }

    /**
     * The name is {@code object_name} to the Python driver, and {@code key} besides for
     * those of Go.
     */
    @ParameterizedTest
    @MethodSource("entries")
    void gcsClaimEqualsThePythonDrivers(String bucket, JsonNode entry) throws IOException {
        Map<String, String> expected = claim(entry, "gcs-python");
        expected.put("key", expected.get("object_name"));

        assertThat(storeInGcs(bucket, entry)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("entries")
    void gcsClaimEqualsTheGoDrivers(String bucket, JsonNode entry) throws IOException {
        Map<String, String> expected = claim(entry, "gcs-go");
        expected.put("object_name", expected.get("key"));

        assertThat(storeInGcs(bucket, entry)).isEqualTo(expected).isEqualTo(claim(entry, "gcs-go-unreleased"));
    }

    @ParameterizedTest
    @MethodSource("entries")
    void gcsClaimEqualsTheTypeScriptDriversExceptForNamesAndLongKeys(String bucket, JsonNode entry) throws IOException {
        Map<String, String> expected = inOurNames(claim(entry, "gcs-typescript"));
        Map<String, String> claim = storeInGcs(bucket, entry);
        if (ObjectKey.length(expected.get("object_name")) > LONGEST_KEY) {
            assertThat(expected.get("object_name")).isNotEqualTo(claim(entry, "gcs-python").get("object_name"));
            claim.remove("object_name");
            expected.remove("object_name");
        }
        claim.remove("key");
        assertThat(claim).isEqualTo(expected);
    }

    /** Retrieval takes the key from the claim. */
    @ParameterizedTest
    @MethodSource("entries")
    void retrievesS3ClaimsOfAllDrivers(String bucket, JsonNode entry) throws IOException {
        for (String language : List.of("python", "go", "typescript")) {
            Map<String, String> claim = claim(entry, language);
            RecordingClient client = new RecordingClient(entry.path("payload").binaryValue());
            assertThat(retrieve(driver(bucket, client), claim)).containsExactly(payload(entry));
            assertThat(client.key).isEqualTo(claim.get("key"));
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void retrievesGcsClaimsOfAllDrivers(String bucket, JsonNode entry) throws IOException {
        for (Map.Entry<String, String> name : Map
            .of("gcs-python", "object_name", "gcs-go", "key", "gcs-go-unreleased", "key", "gcs-typescript", "object")
            .entrySet()) {
            Map<String, String> claim = claim(entry, name.getKey());
            StorageDriver driver = GCS.holding(entry.path("payload").binaryValue());
            assertThat(retrieve(driver, claim)).containsExactly(payload(entry));
            assertThat(GCS.asked).isEqualTo(BlobId.of(bucket, claim.get(name.getValue())));
        }
    }

    private static boolean isEscapedDifferentlyByGo(JsonNode entry) {
        return Stream.of("namespace", "type", "id", "runId")
            .anyMatch((field) -> ESCAPED_DIFFERENTLY_BY_GO.matcher(entry.path(field).asText("")).find());
    }

    private static Map<String, String> store(String bucket, JsonNode entry) throws IOException {
        RecordingClient client = new RecordingClient(new byte[0]);
        StorageDriverTargetInfo target = target(entry);
        List<StorageDriverClaim> claims = driver(bucket, client).store(() -> target, List.of(payload(entry))).join();
        Map<String, String> claim = new HashMap<>(claims.get(0).getClaimData());
        assertThat(client.key).isEqualTo(claim.get("key"));
        return claim;
    }

    private static Map<String, String> storeInGcs(String bucket, JsonNode entry) throws IOException {
        StorageDriverTargetInfo target = target(entry);
        StorageDriver driver = GCS.holding(new byte[0]);
        List<StorageDriverClaim> claims = driver.store(() -> target, List.of(payload(entry))).join();
        Map<String, String> claim = new HashMap<>(claims.get(0).getClaimData());
        assertThat(GCS.asked).isEqualTo(BlobId.of(bucket, claim.get("key")));
        return claim;
    }

    private static List<Payload> retrieve(StorageDriver driver, Map<String, String> claim) {
        return driver.retrieve(new StorageDriverRetrieveContext() {
        }, List.of(new StorageDriverClaim(claim))).join();
    }

    private static Map<String, String> inOurNames(Map<String, String> claim) {
        Map<String, String> renamed = new HashMap<>();
        claim.forEach((name, value) -> renamed.put(TYPESCRIPT_NAMES.getOrDefault(name, name), value));
        return renamed;
    }

    private static StorageDriver driver(String bucket, S3AsyncClient client) {
        return S3TestDrivers.of(client, bucket);
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

    /**
     * A driver on a Cloud Storage that has one object, under any name, and remembers the
     * name it was asked for. One for all cases, because mocks take their time, for each
     * thread anew.
     */
    private static final class RecordingGcs {

        private final Blob object = mock(Blob.class, withSettings().stubOnly());

        private final ReadChannel channel = mock(ReadChannel.class, withSettings().stubOnly());

        private final Storage client = mock(Storage.class, withSettings().stubOnly());

        private final ContentAddressedStorageDriver driver = GcsTestDrivers.of(this.client, BUCKET);

        private ReadableByteChannel content;

        private @Nullable BlobId asked;

        private RecordingGcs() {
            try {
                when(this.channel.read(any(ByteBuffer.class)))
                    .then((call) -> this.content.read(call.<ByteBuffer>getArgument(0)));
            }
            catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
            when(this.client.create(any(BlobInfo.class), any(byte[].class), any())).then((call) -> {
                this.asked = call.<BlobInfo>getArgument(0).getBlobId();
                when(this.object.getBucket()).thenReturn(this.asked.getBucket());
                when(this.object.getName()).thenReturn(this.asked.getName());
                when(this.object.getSize()).thenReturn((long) call.<byte[]>getArgument(1).length);
                return this.object;
            });
            when(this.client.reader(any(BlobId.class))).then((call) -> {
                this.asked = call.getArgument(0);
                return this.channel;
            });
            when(this.client.get(any(BlobId.class), any(BlobGetOption.class))).thenReturn(this.object);
        }

        private StorageDriver holding(byte[] content) {
            this.asked = null;
            this.content = Channels.newChannel(new ByteArrayInputStream(content));
            when(this.object.getSize()).thenReturn((long) content.length);
            return this.driver;
        }

    }

    /**
     * An S3 that has one object, under any key, and remembers the key it was asked for.
     */
    private static final class RecordingClient implements S3AsyncClient {

        private final byte[] content;

        private @Nullable String key;

        private RecordingClient(byte[] content) {
            this.content = content;
        }

        @Override
        public CompletableFuture<PutObjectResponse> putObject(PutObjectRequest request, AsyncRequestBody body) {
            this.key = request.key();
            return CompletableFuture.completedFuture(PutObjectResponse.builder().eTag("one").build());
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
