package io.github.claimcheck.temporal.store.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.ServerProcess;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.github.claimcheck.temporal.testing.StoreTests;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;

class LocalDiskObjectStoreTests extends StoreTests {

    private static final StorageDriverTargetInfo TARGET = StorageContexts.workflow("order-1");

    @TempDir
    Path temporary;

    private Path directory;

    private ContentAddressedStorageDriver driver;

    @BeforeEach
    void openDriver() throws IOException {
        // Real, because the temporary directory itself may be behind a link.
        this.directory = Files.createDirectory(this.temporary.toRealPath().resolve("payloads"));
        this.driver = new ContentAddressedStorageDriver("local-disk", LocalDiskObjectStore.DRIVER_TYPE, 50_000_000,
                "max-payload-size", new LocalDiskObjectStore(this.directory));
    }

    @AfterEach
    void closeDriver() {
        this.driver.close();
    }

    @Test
    void theKeyIsTheFilesPathAndTheSerializedPayloadItsContent() {
        Payload payload = payload("one");
        String digest = Payloads.sha256(payload.toByteArray());
        String key = "v0/ns/payments%20prod/wt/ChargeWorkflow/wi/order%2B123%3Dabc/ri/" + RUN_ID + "/d/sha256/"
                + digest;

        StorageDriverClaim claim = store(
                new StorageDriverWorkflowInfo("payments prod", "order+123=abc", RUN_ID, "ChargeWorkflow"), payload);

        assertThat(this.directory.resolve(key)).hasBinaryContent(payload.toByteArray());
        assertThat(claim.getClaimData())
            .isEqualTo(Map.of("key", key, "hash_algorithm", "sha256", "hash_value", digest));
    }

    @Test
    void leavesNothingButTheObject() {
        StorageDriverClaim claim = store(TARGET, payload("one"));

        assertThat(files(this.directory)).containsExactly(this.directory.resolve(claim.getClaimData().get("key")));
    }

    static Stream<String> ids() {
        return Stream.of("a/b", "/", "../../../etc/passwd", "..", ".", "...", "/absolute", "*", "a*b", "a\\b", "C:\\x",
                "a:b", "a\u0000b", "a\nb", "~", "%2e%2e", "100%", "bestellung-ü", "注文", "📦", "it's", "a\"b", "-rf",
                "a".repeat(255), "a".repeat(1000), "ü".repeat(1000), "📦".repeat(1000), "/".repeat(1000));
    }

    @ParameterizedTest
    @MethodSource("ids")
    void storesAndReturnsPayloadsOfWorkflowsWithAnyId(String id) {
        Payload payload = payload("of " + id);

        StorageDriverClaim claim = store(new StorageDriverWorkflowInfo(id, id, id, id), payload);

        assertThat(retrieve(claim)).isEqualTo(payload);
        assertThat(files(this.temporary)).singleElement().satisfies((file) -> {
            assertThat(file.toRealPath()).startsWith(this.directory.resolve("v0"));
            assertThat(file).hasBinaryContent(payload.toByteArray());
        });
    }

    @Test
    void keepsLongIdsApartThatBeginAlike() {
        // The same content, so that only the id tells the objects apart.
        Payload payload = payload("one");
        StorageDriverClaim first = store(StorageContexts.workflow("x".repeat(700) + "1"), payload);
        StorageDriverClaim second = store(StorageContexts.workflow("x".repeat(700) + "2"), payload);

        assertThat(files(this.directory)).hasSize(2);
        assertThat(first).isNotEqualTo(second);
    }

    @ParameterizedTest
    @ValueSource(strings = { ".", "..", "*" })
    void keepsAnIdApartFromItsEncodedForm(String id) {
        String encoded = id.replace(".", "%2E").replace("*", "%2A");
        store(StorageContexts.workflow(id), payload("one"));
        store(StorageContexts.workflow(encoded), payload("one"));

        assertThat(files(this.directory)).hasSize(2);
    }

    @Test
    void cancellingLeavesNothingHalfWritten() {
        StorageContexts.Token token = new StorageContexts.Token();
        List<Payload> payloads = IntStream.range(0, 40)
            .mapToObj((i) -> Payloads.of(Payloads.bytes(1_000_000, i)))
            .toList();
        CompletableFuture<?> stored = this.driver.store(StorageContexts.store(TARGET, token), payloads);

        token.cancel();

        assertThatExceptionOfType(CancellationException.class).isThrownBy(stored::join);
        // One more transfer ends after those that the threads had begun.
        store(TARGET, payload("after"));
        await().untilAsserted(() -> assertThat(files(this.directory.resolve(".tmp"))).isEmpty());
        assertThat(files(this.directory)).allSatisfy(LocalDiskObjectStoreTests::isWhole);
    }

    @Test
    void survivesThatTheDirectoryIsDeletedMeanwhile() throws IOException {
        StorageDriverClaim before = store(TARGET, payload("before"));
        FileSystemUtils.deleteRecursively(this.directory);

        assertThat(failureOfRetrieving(before)).isInstanceOf(ObjectNotFoundException.class);

        StorageDriverClaim after = store(TARGET, payload("after"));
        assertThat(retrieve(after)).isEqualTo(payload("after"));
    }

    @Test
    void saysWhereAMissingFileShouldBe() throws IOException {
        StorageDriverClaim claim = store(TARGET, payload("one"));
        Files.delete(this.directory.resolve(claim.getClaimData().get("key")));

        assertThat(failureOfRetrieving(claim)).isInstanceOf(ObjectNotFoundException.class)
            .hasMessageContaining("directory=" + this.directory)
            .hasMessageContaining("key=" + claim.getClaimData().get("key"));
    }

    @Test
    void saysWhyAFileCannotBeWritten() throws IOException {
        Files.writeString(this.directory.resolve("v0"), "a file where a directory should be");

        Throwable failure = catchThrowable(() -> store(TARGET, payload("one")));

        assertThat(failure.getCause()).isInstanceOf(StorageDriverException.class)
            .hasMessageContaining("could not store")
            .hasMessageContaining("directory=" + this.directory)
            .hasMessageContaining(this.directory.resolve("v0").toString());
        assertThat(files(this.directory.resolve(".tmp"))).isEmpty();
    }

    /**
     * Claims that would be true if only the way to the file were allowed: the digest is
     * that of the secret.
     */
    @Nested
    class Confinement {

        private final byte[] content = payload("secret").toByteArray();

        private final String digest = Payloads.sha256(this.content);

        private final String objectKey = "v0/d/sha256/" + this.digest;

        private Path secret;

        @BeforeEach
        void putASecretOutside() throws IOException {
            this.secret = LocalDiskObjectStoreTests.this.temporary.toRealPath().resolve("outside/" + this.objectKey);
            Files.createDirectories(this.secret.getParent());
            Files.write(this.secret, this.content);
        }

        @Test
        void theClaimWouldBeGoodInside() throws IOException {
            // Else the other tests would pass for another reason than theirs.
            Path inside = LocalDiskObjectStoreTests.this.directory.resolve(this.objectKey);
            Files.createDirectories(inside.getParent());
            Files.copy(this.secret, inside);

            assertThat(retrieve(claim(this.objectKey))).isEqualTo(payload("secret"));
        }

        @Test
        void refusesToClimbOutOfTheDirectory() {
            assertRefused("../outside/" + this.objectKey);
        }

        @Test
        void refusesToClimbOutWithAKeyThatBeginsAsItShould() {
            Path directory = LocalDiskObjectStoreTests.this.directory;
            String key = "v0/ns/../wt/../wi/../../../../outside/" + this.objectKey;
            makeDirectories(directory.resolve("v0/ns"), directory.resolve("v0/wt"), directory.resolve("v0/wi"));

            assertRefused(key);
        }

        @Test
        void dotsAsSegmentsLeadNowhereElse() {
            // Resolved as they are, these would name an object of no target.
            Path directory = LocalDiskObjectStoreTests.this.directory;
            makeDirectories(directory.resolve("v0/ns"), directory.resolve("v0/wt"), directory.resolve("v0/wi"),
                    directory.resolve("v0/ri"));
            String key = "v0/ns/../wt/../wi/../ri/../d/sha256/" + this.digest;
            Path resolved = directory.resolve(key).normalize();
            assertThat(resolved).isEqualTo(directory.resolve("v0/d/sha256/" + this.digest));
            makeDirectories(resolved.getParent());
            copyTo(resolved);
            assertThat(directory.resolve(key)).exists();

            assertRefused(key);
        }

        @Test
        void refusesAnAbsolutePath() {
            assertRefused(this.secret.toString());
        }

        @Test
        void refusesAnAbsolutePathBehindTheKeysBeginning() {
            assertRefused("v0/" + this.secret);
            assertRefused("v0//ns" + this.secret);
        }

        @ParameterizedTest
        @ValueSource(strings = { "%2e%2e/outside/", "%2E%2E/outside/", "%2e%2e%2foutside%2f", "%2E%2E%2Foutside%2F",
                "..%2Foutside%2F", "%252e%252e%252foutside%252f", "v0/%2e%2e/%2e%2e/outside/" })
        void refusesToClimbOutInPercentEncoding(String way) {
            assertRefused(way + this.objectKey);
        }

        @ParameterizedTest
        @ValueSource(strings = { "%2e%2e", "%2E%2E", "%2e%2e%2f", "%2E%2E%2F", "..%2F..%2Foutside" })
        void percentEncodingWithinAKeyOfTheRightFormIsNeverDecoded(String segment) {
            assertRefused("v0/ns/" + segment + "/wt/" + segment + "/wi/" + segment + "/ri/" + segment + "/d/sha256/"
                    + this.digest);
        }

        @Test
        void refusesANullByte() {
            assertRefused(this.objectKey + "\u0000");
            assertRefused("v0/d\u0000/sha256/" + this.digest);
            assertRefused("\u0000../outside/" + this.objectKey);
        }

        @Test
        void refusesABackslash() {
            assertRefused("..\\outside\\" + this.objectKey.replace('/', '\\'));
        }

        @Test
        void refusesAKeyBehindALineBreak() {
            assertRefused("../outside/" + this.objectKey + "\n" + this.objectKey);
            assertRefused(this.objectKey + "\n");
        }

        @Test
        void refusesAMissingOrAnEmptyKey() {
            assertRefused(null);
            assertRefused("");
            assertRefused("/");
        }

        @Test
        void refusesAnotherFileOfTheDirectory() throws IOException {
            Files.copy(this.secret, LocalDiskObjectStoreTests.this.directory.resolve("other"));

            assertRefused("other");
            assertRefused("./other");
        }

        @Test
        void refusesALinkedDirectoryThatLeadsOut() throws IOException {
            Files.createSymbolicLink(LocalDiskObjectStoreTests.this.directory.resolve("v0"),
                    this.secret.getParent().getParent().getParent());
            assertThat(LocalDiskObjectStoreTests.this.directory.resolve(this.objectKey)).exists();

            assertRefused(this.objectKey);
        }

        @Test
        void refusesALinkedFileThatLeadsOut() throws IOException {
            Path link = LocalDiskObjectStoreTests.this.directory.resolve(this.objectKey);
            makeDirectories(link.getParent());
            Files.createSymbolicLink(link, this.secret);
            assertThat(link).exists();

            assertRefused(this.objectKey);
        }

        @Test
        void storesNothingThroughALinkedDirectoryThatLeadsOut() throws IOException {
            Path outside = Files.createDirectory(LocalDiskObjectStoreTests.this.temporary.resolve("elsewhere"));
            Files.createSymbolicLink(LocalDiskObjectStoreTests.this.directory.resolve("v0"), outside);

            Throwable failure = catchThrowable(() -> store(TARGET, payload("one")));

            assertThat(failure.getCause()).isInstanceOf(StorageDriverException.class)
                .hasMessageContaining("links outside the driver's directory");
            assertThat(outside).isEmptyDirectory();
        }

        @Test
        void storingReplacesALinkedFileAndLeavesWhatItLedTo() throws IOException {
            Payload payload = payload("one");
            Path link = LocalDiskObjectStoreTests.this.directory
                .resolve("v0/d/sha256/" + Payloads.sha256(payload.toByteArray()));
            makeDirectories(link.getParent());
            Files.createSymbolicLink(link, this.secret);

            assertThat(retrieve(store(null, payload))).isEqualTo(payload);

            assertThat(link).isRegularFile().hasBinaryContent(payload.toByteArray());
            assertThat(Files.isSymbolicLink(link)).isFalse();
            assertThat(this.secret).hasBinaryContent(this.content);
        }

        private void assertRefused(String key) {
            assertThat(failureOfRetrieving(claim(key))).isInstanceOf(StorageDriverException.class)
                .hasMessageContaining("'local-disk' could not retrieve")
                .satisfies((failure) -> assertThat(failure.toString()).doesNotContain("secret"));
        }

        private StorageDriverClaim claim(String key) {
            Map<String, String> claim = new HashMap<>(Map.of("hash_algorithm", "sha256", "hash_value", this.digest));
            if (key != null) {
                claim.put("key", key);
            }
            return new StorageDriverClaim(claim);
        }

        private void copyTo(Path file) {
            try {
                Files.copy(this.secret, file);
            }
            catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }

    }

    /** Processes that die while they write. They take as long as servers do. */
    @Nested
    @Tag(ServerProcess.TAG)
    class WhenTheProcessIsKilled {

        private static final int MOST_KILLS = 20;

        @Test
        void nothingHalfWrittenIsVisible() throws Exception {
            Random random = new Random();
            int kills = 0;
            // Until a kill has hit a write, which leaves a temporary file.
            while (kills < 5 || (files(temporaryFiles()).isEmpty() && kills < MOST_KILLS)) {
                killWriterAfter(1 + random.nextInt(20), "order-" + kills);
                kills++;
            }

            assertThat(files(LocalDiskObjectStoreTests.this.directory.resolve("v0"))).isNotEmpty()
                .allSatisfy(LocalDiskObjectStoreTests::isWhole);
            // Else no kill came at the right moment, and the above says nothing.
            assertThat(files(temporaryFiles())).as("temporary files of killed writers").isNotEmpty();
        }

        @Test
        void whatADeadWriterLeftBehindDisturbsNobody() throws Exception {
            killWriterAfter(1, "order");
            Files.write(temporaryFiles().resolve("left-behind"), new byte[10]);

            assertThat(retrieve(store(TARGET, payload("one")))).isEqualTo(payload("one"));
        }

        private Path temporaryFiles() {
            return LocalDiskObjectStoreTests.this.directory.resolve(".tmp");
        }

        private void killWriterAfter(int payloads, String id) throws Exception {
            Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m", "-cp", System.getProperty("java.class.path"), EndlessWriter.class.getName(),
                    LocalDiskObjectStoreTests.this.directory.toString(), id)
                .redirectError(new File(LocalDiskObjectStoreTests.this.temporary.toFile(), "errors"))
                .start();
            try (BufferedReader output = process.inputReader()) {
                for (int i = 0; i < payloads; i++) {
                    assertThat(output.readLine()).as(this::errors).isEqualTo("stored");
                }
            }
            finally {
                process.destroyForcibly().waitFor();
            }
        }

        private String errors() {
            try {
                return Files.readString(LocalDiskObjectStoreTests.this.temporary.resolve("errors"));
            }
            catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }

    }

    private StorageDriverClaim store(StorageDriverTargetInfo target, Payload payload) {
        return storeFor(this.driver, target, payload);
    }

    private Payload retrieve(StorageDriverClaim claim) {
        return retrieve(this.driver, List.of(claim)).get(0);
    }

    private Throwable failureOfRetrieving(StorageDriverClaim claim) {
        return failureOfRetrieving(this.driver, List.of(claim));
    }

    private static void makeDirectories(Path... directories) {
        try {
            for (Path directory : directories) {
                Files.createDirectories(directory);
            }
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static void isWhole(Path file) {
        try {
            assertThat(Payloads.sha256(Files.readAllBytes(file))).isEqualTo(file.getFileName().toString());
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static List<Path> files(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
        catch (UncheckedIOException ex) {
            // A temporary file may be gone before it is looked at.
            if (ex.getCause() instanceof NoSuchFileException) {
                return files(directory);
            }
            throw ex;
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
