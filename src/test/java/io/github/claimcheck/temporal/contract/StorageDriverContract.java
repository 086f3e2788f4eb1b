package io.github.claimcheck.temporal.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectTooLargeException;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.RepairableStorageDriver;
import io.github.claimcheck.temporal.driver.SizeLimits;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.CancellationToken;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Tests the contract of storage drivers, whatever their store. Extend this class to test
 * a driver:
 *
 * <pre>
 * class ShelfDriverTests extends StorageDriverContract {
 *
 *     &#64;Override
 *     protected StorageDriver newDriver(long maxPayloadSize) {
 *         return new ContentAddressedStorageDriver("shelf", "shelf", maxPayloadSize, "shelf.max-payload-size",
 *                 new ShelfObjectStore(shelf));
 *     }
 *
 *     &#64;Override
 *     protected void delete(StorageDriverClaim claim) {
 *         shelf.remove(claim.getClaimData().get("key"));
 *     }
 *
 * }
 * </pre>
 *
 * Only {@link #newDriver} is needed. Each of the other hooks lets more tests run; without
 * it, they report themselves skipped, and say which hook they miss. Hooks may throw what
 * they like. The tests of one class can share one store: each has targets of its own.
 * <p>
 * Claims must hold {@code key}, {@code hash_algorithm} and {@code hash_value}, and
 * failures must be those of the package {@code io.github.claimcheck.temporal.driver}:
 * every {@code ContentAddressedStorageDriver} does that.
 */
public abstract class StorageDriverContract {

    /**
     * The tag of tests that store thousands of objects, which some emulators need another
     * setup for.
     */
    protected static final String MANY_OBJECTS = "many-objects";

    private static final int MAX_PAYLOAD_SIZE = 20_000_000;

    private static final String SECRET = "card 4111 1111 1111 1111";

    /** The timeout of operations that must end, in seconds. */
    private static final int PATIENCE_SECONDS = 90;

    /**
     * The timeout of operations that must not wait for the store, in seconds: shorter
     * than any driver's own timeout.
     */
    private static final int PROMPTNESS_SECONDS = 10;

    private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

    private final List<AutoCloseable> opened = new ArrayList<>();

    private final StorageDriverTargetInfo target = workflow("order-" + UUID.randomUUID());

    /**
     * Creates a driver without a cache, so that each call reaches the store. The contract
     * closes it if it is {@link AutoCloseable}.
     * @param maxPayloadSize the maximum serialized size of a payload, in bytes
     * @return a new driver, on the same store for all calls in a test
     */
    protected abstract StorageDriver newDriver(long maxPayloadSize) throws Exception;

    /**
     * Creates a driver that retrieves no object over a limit, such as
     * {@link SizeLimits#maxRetrievedSize()}.
     * @param maxPayloadSize the maximum serialized size of a payload, in bytes
     * @param maxRetrievedSize the maximum size of an object, in bytes
     * @return a new driver, on the store of {@link #newDriver(long)}
     */
    protected StorageDriver newDriver(long maxPayloadSize, long maxRetrievedSize) throws Exception {
        return without("newDriver(long, long)");
    }

    /**
     * Reads an object directly from the store.
     * @param claim the driver's claim, with the location in {@code claim.getClaimData()}
     * @return the bytes of the object
     */
    protected byte[] read(StorageDriverClaim claim) throws Exception {
        return without("read");
    }

    /**
     * Overwrites an object directly in the store.
     * @param claim the driver's claim on an existing object
     * @param content the new content of the object
     */
    protected void overwrite(StorageDriverClaim claim, byte[] content) throws Exception {
        without("overwrite");
    }

    /**
     * Deletes an object directly from the store.
     * @param claim the driver's claim on an object that may be deleted already
     */
    protected void delete(StorageDriverClaim claim) throws Exception {
        without("delete");
    }

    /**
     * Creates a driver whose bucket or container does not exist. To be overridden for
     * stores with such a concept.
     * @return a new driver, which the contract closes
     */
    protected StorageDriver newDriverWithoutBucket() throws Exception {
        return without("newDriverWithoutBucket");
    }

    /**
     * Creates a driver on the store of {@link #newDriver} without permission to store or
     * retrieve.
     * @return a new driver, which the contract closes
     */
    protected StorageDriver newDriverWithoutAccess() throws Exception {
        return without("newDriverWithoutAccess");
    }

    /**
     * Creates a driver that reaches the store of {@link #newDriver} through a faulty
     * network. To be overridden for stores behind a network:
     *
     * <pre>
     * InetSocketAddress address = network.to("localhost", server.getPort());
     * return driver("http://localhost:" + address.getPort());
     * </pre>
     *
     * A broken connection must end a transfer within a minute. Configure a shorter
     * timeout for a driver that retries for longer.
     * @param network leads to a server
     * @return a new driver, which the contract closes
     */
    protected StorageDriver newDriverOver(FaultyNetwork network) throws Exception {
        return without("newDriverOver");
    }

    /**
     * Returns whether the tests' server supports objects of a target with an id or name.
     * To be overridden only for defects of an emulator: the store itself must support
     * every id.
     * @param id the id of a namespace, workflow, activity or run, or the name of a type
     * @return false to skip the tests with this id
     */
    protected boolean serverTakes(String id) {
        return true;
    }

    /**
     * Returns whether a reader of an object that is being replaced gets the old object or
     * the new one. To be overridden only for defects of an emulator.
     * @return false to skip the test of this
     */
    protected boolean serverReplacesAtOnce() {
        return true;
    }

    /**
     * Returns the entries of a claim that contain the object's key. To be overridden if
     * claims contain it under several names.
     * @return the names of the entries, including {@code key}
     */
    protected Set<String> keyEntries() {
        return Set.of("key");
    }

    /**
     * Returns whether transfers share a connection, on which a request cannot be
     * withdrawn: a cancelled upload may still arrive, and the rest of a cancelled
     * download is still sent. To be overridden for such stores. With one connection for
     * each transfer, a cancelled transfer must end its connection.
     * @return true to skip the tests of connections of cancelled transfers
     */
    protected boolean transfersShareAConnection() {
        return false;
    }

    /**
     * Skips a test, and says which hook is missing, in the report and once on the
     * console, which does not show the report.
     */
    private <T> T without(String hook) {
        String missing = getClass().getSimpleName() + " does not override " + hook;
        if (LOGGED.add(missing)) {
            LoggerFactory.getLogger(StorageDriverContract.class).warn("Tests are skipped. {}", missing);
        }
        return abort(missing);
    }

    @AfterEach
    void close() throws Exception {
        Collections.reverse(this.opened);
        for (AutoCloseable closeable : this.opened) {
            closeable.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 3, 4_095, 4_096, 4_097, 8_191, 8_192, 65_535, 65_536, 1_048_577, MAX_PAYLOAD_SIZE })
    void returnsAPayloadOfAnySize(int serializedSize) throws Exception {
        StorageDriver driver = driver();
        Payload payload = payload(serializedSize, 1);

        StorageDriverClaim claim = store(driver, payload);

        assertSame(retrieve(driver, claim), payload);
    }

    @Test
    void returnsMetadataAndExternalPayloadsByteForByte() throws Exception {
        StorageDriver driver = driver();
        Payload payload = Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("json/protobuf"))
            .putMetadata("binary", ByteString.copyFrom(bytes(1_000, 2)))
            .putMetadata("empty", ByteString.EMPTY)
            .putMetadata("", ByteString.copyFromUtf8("a key of nothing"))
            .putMetadata("schlüssel \uD83D\uDCE6", ByteString.copyFromUtf8("a key that is not ASCII"))
            .setData(ByteString.copyFromUtf8("{}"))
            .addExternalPayloads(Payload.ExternalPayloadDetails.newBuilder().setSizeBytes(Long.MAX_VALUE))
            .addExternalPayloads(Payload.ExternalPayloadDetails.getDefaultInstance())
            .setUnknownFields(UnknownFieldSet.newBuilder()
                .addField(1_000, UnknownFieldSet.Field.newBuilder().addVarint(42).build())
                .build())
            .build();

        assertSame(retrieve(driver, store(driver, payload)), payload);
    }

    @Test
    void keepsTheOrderOfABatch() throws Exception {
        StorageDriver driver = driver();
        // The first take longest, and some are the same.
        List<Payload> payloads = IntStream.range(0, 60).mapToObj((i) -> payload(1_000_000 / (i + 1), i % 50)).toList();

        List<StorageDriverClaim> claims = store(driver, this.target, payloads);
        List<StorageDriverClaim> reversed = new ArrayList<>(claims);
        Collections.reverse(reversed);
        List<Payload> expected = new ArrayList<>(payloads);
        Collections.reverse(expected);

        assertThat(claims).extracting((claim) -> claim.getClaimData().get("hash_value"))
            .containsExactlyElementsOf(payloads.stream().map(StorageDriverContract::sha256).toList());
        assertThat(retrieve(driver, reversed)).isEqualTo(expected);
    }

    @Test
    void doesNothingForAnEmptyBatch() throws Exception {
        StorageDriver driver = driver();

        assertThat(store(driver, this.target, List.of())).isEmpty();
        assertThat(retrieve(driver, List.of())).isEmpty();
    }

    @Test
    @Tag(MANY_OBJECTS)
    void takesThousandsOfPayloadsFromManyThreads() throws Exception {
        StorageDriver driver = driver();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<CompletableFuture<Void>> batches = IntStream.range(0, 8)
                .mapToObj((batch) -> CompletableFuture.runAsync(() -> {
                    List<Payload> payloads = IntStream.range(0, 250)
                        .mapToObj((i) -> payload(200 + batch, batch * 1_000L + i))
                        .toList();
                    List<StorageDriverClaim> claims = await(driver.store(context(this.target), payloads));
                    assertThat(await(driver.retrieve(context(), claims))).isEqualTo(payloads);
                }, threads))
                .toList();
            batches.forEach(StorageDriverContract::await);
        }
        finally {
            threads.shutdownNow();
        }
    }

    @Test
    void retrievesWithAnotherDriverOnTheSameStore() throws Exception {
        Payload payload = payload(10_000, 3);

        StorageDriverClaim claim = store(driver(), payload);

        assertSame(retrieve(driver(), claim), payload);
    }

    @Test
    void storesTheSameBytesAgain() throws Exception {
        StorageDriver driver = driver();
        Payload payload = payload(10_000, 4);

        StorageDriverClaim first = store(driver, payload);
        StorageDriverClaim second = store(driver, payload);

        assertThat(second).isEqualTo(first);
        assertSame(retrieve(driver, second), payload);
    }

    @Test
    void storesTheSameBytesConcurrently() throws Exception {
        Payload payload = payload(1_000_000, 5);
        List<StorageDriver> drivers = List.of(driver(), driver(), driver());

        List<CompletableFuture<List<StorageDriverClaim>>> stored = IntStream.range(0, 12)
            .mapToObj((i) -> drivers.get(i % 3).store(context(this.target), List.of(payload, payload)))
            .toList();
        List<StorageDriverClaim> claims = stored.stream().flatMap((batch) -> await(batch).stream()).toList();

        assertThat(claims).hasSize(24).containsOnly(claims.get(0));
        assertThat(retrieve(drivers.get(0), claims)).containsOnly(payload);
    }

    @Test
    void keepsTheSameBytesOfTwoTargetsApart() throws Exception {
        StorageDriver driver = driver();
        Payload payload = payload(10_000, 6);
        StorageDriverClaim first = store(driver, payload);
        StorageDriverClaim second = store(driver, workflow("order-" + UUID.randomUUID()), List.of(payload)).get(0);
        assertThat(second.getClaimData().get("key")).isNotEqualTo(first.getClaimData().get("key"));
        assertThat(retrieve(driver, List.of(first, second))).containsExactly(payload, payload);

        delete(first);

        assertSame(retrieve(driver, second), payload);
    }

    /** Temporal accepts ids of up to 1,000 characters. */
    static Stream<String> hostileIds() {
        return Stream.of("", "/", "a/b", "a//b", "/absolute", ".", "..", "...", "../../../etc/passwd", "~", "*", "a\\b",
                "C:\\x", "a:b", " ", " a  b ", "a+b", "it's", "a\"b", "`a`", "<a>", "{a}", "$(a)", "a?b#c&d=e;f",
                "100%", "%2F", "%2e%2e", "a\u0000b", "a\nb\r\tc", "\u007f", "\u0085", "bestellung-ü", "注文",
                "\uD83D\uDCE6", "e\u0301", "\u202Eabc", "\uFEFF", "-rf", "(a)!", "a,b|c^d[e]@", "x".repeat(255),
                "x".repeat(1_000), "ü".repeat(1_000), "\uD83D\uDCE6".repeat(500), "/".repeat(1_000), ".".repeat(1_000));
    }

    @ParameterizedTest
    @MethodSource("hostileIds")
    void acceptsAnyTarget(String id) throws Exception {
        assumeTrue(serverTakes(id), "The server of the tests does not take this id");
        StorageDriver driver = driver();

        assertRoundTrip(driver, new StorageDriverWorkflowInfo("default", id, "run", "type"));
        assertRoundTrip(driver, new StorageDriverWorkflowInfo("default", "id", id, id));
        assertRoundTrip(driver, new StorageDriverActivityInfo("default", id, "run", "type"));
        assertRoundTrip(driver, new StorageDriverActivityInfo("default", "id", id, id));
        try {
            assertRoundTrip(driver, new StorageDriverWorkflowInfo(id, "id", "run", "type"));
        }
        catch (StorageDriverException ex) {
            // A store may have no room for a namespace of this length. It must not lose
            // what it took.
            assertThat(ex).hasMessageContaining("store");
            assertThat(id).hasSizeGreaterThan(200);
        }
    }

    @Test
    void acceptsIncompleteTargets() throws Exception {
        StorageDriver driver = driver();

        assertRoundTrip(driver, null);
        assertRoundTrip(driver, new StorageDriverWorkflowInfo("default", "id", null, null));
        assertRoundTrip(driver, new StorageDriverWorkflowInfo("default", null, null, null));
        assertRoundTrip(driver, new StorageDriverActivityInfo("default", "id", null, null));
        assertRoundTrip(driver, new StorageDriverActivityInfo("default", null, null, null));
    }

    private static void assertRoundTrip(StorageDriver driver, StorageDriverTargetInfo target) {
        Payload payload = payload(500, 7);
        StorageDriverClaim claim = store(driver, target, List.of(payload)).get(0);
        assertSame(retrieve(driver, claim), payload);
    }

    @Test
    @Tag(MANY_OBJECTS)
    void locatesDifferentTargetsApart() throws Exception {
        StorageDriver driver = driver();
        // All short: a key that would be too long names the namespace alone.
        List<String> ids = Stream
            .of("a", "b", "a/b", "a%2Fb", "a/b/wi/c", "..", ".", "%2E", "%2e", "%2E%2E", "*", "%2A", "a b", "a%20b",
                    "a+b", "é", "e\u0301", "/", "//", "ri", "d")
            .filter(this::serverTakes)
            .toList();
        List<StorageDriverTargetInfo> targets = new ArrayList<>();
        for (String one : ids) {
            for (String other : ids) {
                targets.add(new StorageDriverWorkflowInfo(one, other, "r", "t"));
                targets.add(new StorageDriverWorkflowInfo("n", one, "r", other));
                targets.add(new StorageDriverWorkflowInfo("n", one, other, "t"));
                targets.add(new StorageDriverActivityInfo("n", one, "r", other));
            }
        }
        List<CompletableFuture<List<StorageDriverClaim>>> stored = targets.stream()
            .map((target) -> driver.store(context(target), List.of(Payload.getDefaultInstance())))
            .toList();
        Set<StorageDriverClaim> claims = new HashSet<>();
        stored.forEach((batch) -> claims.addAll(await(batch)));
        assertThat(claims).hasSameSizeAs(targets);
    }

    @Test
    void claimContainsTheDigest() throws Exception {
        Payload payload = payload(10_000, 8);

        StorageDriverClaim claim = store(driver(), payload);

        assertThat(claim.getClaimData()).containsEntry("hash_algorithm", "sha256")
            .containsEntry("hash_value", sha256(payload))
            .hasEntrySatisfying("key", (key) -> assertThat(key).contains(sha256(payload)));
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 10_000 })
    void objectIsTheSerializedPayload(int size) throws Exception {
        Payload payload = payload(size, 9);

        StorageDriverClaim claim = store(driver(), payload);

        assertThat(read(claim)).isEqualTo(payload.toByteArray());
    }

    @ParameterizedTest
    @EnumSource
    void refusesAnAlteredObjectUntilItIsRestored(Alteration alteration) throws Exception {
        StorageDriver driver = driver();
        Payload payload = secret();
        StorageDriverClaim claim = store(driver, payload);

        byte[] altered = alteration.of(payload.toByteArray());
        overwrite(claim, altered);
        Throwable failure = assertFailure(driver.retrieve(context(), List.of(claim)), PayloadIntegrityException.class,
                driver, "retrieve", claim);
        assertThat(failure).as("a failure that does not tell what the object is")
            .hasMessageNotContaining(sha256(altered));

        overwrite(claim, payload.toByteArray());
        assertSame(retrieve(driver, claim), payload);
    }

    /** The ways to alter an object. */
    enum Alteration {

        ANOTHER_PAYLOAD, ONE_BIT, ONE_BYTE_LESS, ONE_BYTE_MORE, HALF, EMPTY;

        byte[] of(byte[] content) {
            byte[] altered = Arrays.copyOf(content, switch (this) {
                case ANOTHER_PAYLOAD, ONE_BIT -> content.length;
                case ONE_BYTE_LESS -> content.length - 1;
                case ONE_BYTE_MORE -> content.length + 1;
                case HALF -> content.length / 2;
                case EMPTY -> 0;
            });
            switch (this) {
                case ANOTHER_PAYLOAD -> altered = secret("another").toByteArray();
                case ONE_BIT -> altered[content.length - 1] ^= 1;
                default -> {
                }
            }
            return altered;
        }

    }

    @Test
    void namesAMissingObjectAndReturnsItOnceRestored() throws Exception {
        StorageDriver driver = driver();
        Payload payload = secret();
        StorageDriverClaim present = store(driver, payload(100, 10));
        StorageDriverClaim claim = store(driver, payload);

        delete(claim);
        assertFailure(driver.retrieve(context(), List.of(present, claim)), ObjectNotFoundException.class, driver,
                "retrieve", claim);

        assertThat(store(driver, payload)).isEqualTo(claim);
        assertSame(retrieve(driver, claim), payload);
    }

    @Test
    void refusesAClaimWithoutAVerifiableDigest() throws Exception {
        StorageDriver driver = driver();
        StorageDriverClaim claim = store(driver, secret());
        StorageDriverClaim other = store(driver, payload(100, 11));

        for (StorageDriverClaim refused : List.of(with(claim, "hash_algorithm", null),
                with(claim, "hash_algorithm", "md5"), with(claim, "hash_value", null), with(claim, "hash_value", ""),
                with(claim, "hash_value", other.getClaimData().get("hash_value")),
                with(claim, "key", other.getClaimData().get("key")))) {
            assertFailure(driver.retrieve(context(), List.of(refused)), StorageDriverException.class, driver,
                    "retrieve", refused);
        }
    }

    @Test
    void refusesAClaimWithoutAKey() throws Exception {
        StorageDriver driver = driver();
        StorageDriverClaim claim = store(driver, secret());

        assertFailure(driver.retrieve(context(), List.of(with(claim, "key", null))), StorageDriverException.class,
                driver, "retrieve", null);
        assertFailure(driver.retrieve(context(), List.of(with(claim, "key", ""))), StorageDriverException.class, driver,
                "retrieve", null);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/", "//", ".", "..", "../../etc/passwd", "/etc/passwd", "..\\..\\etc\\passwd",
            "v0/../../../../../../../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "file:///etc/passwd",
            "http://localhost/", "*", "v0/*", "a\u0000b", "a\nb", " ", "注文", "\uD83D\uDCE6", "v0/d/sha256/" })
    void returnsNothingForAKeyFromOutside(String key) throws Exception {
        StorageDriver driver = driver();
        StorageDriverClaim claim = with(store(driver, secret()), "key", key);

        assertFailure(driver.retrieve(context(), List.of(claim)), StorageDriverException.class, driver, "retrieve",
                null);
    }

    @Test
    void returnsNothingForAKeyOfEndlessLength() throws Exception {
        returnsNothingForAKeyFromOutside("x".repeat(100_000));
    }

    /**
     * What a driver never wrote, it does not read, nor does it repair anything there:
     * whoever can start or signal a workflow can write a claim.
     */
    @Test
    void refusesAClaimOnAPlaceThatItStoresNothingIn() throws Exception {
        StorageDriver driver = driver();
        Payload payload = secret();
        StorageDriverClaim claim = store(driver, payload);
        StorageDriverClaim other = store(driver, payload(100, 11));
        String key = claim.getClaimData().get("key");
        String digest = claim.getClaimData().get("hash_value");

        List<StorageDriverClaim> forged = new ArrayList<>();
        for (String stranger : List.of("stranger/" + key, "stranger:" + key, "/" + key, key + "/", "secrets/" + digest,
                digest, key.toUpperCase(Locale.ROOT), key.replace(digest, "0".repeat(64)),
                other.getClaimData().get("key"), "v0/ns/a/b/d/sha256/" + digest, "v0/ns//d/sha256/" + digest,
                "v0/../d/sha256/" + digest, "v0/d/sha256/../sha256/" + digest, "../" + key, "./" + key,
                key + "?versionId=1", key + "?snapshot=2026-01-01", key + "#x", key + "%00", key + ".tmp",
                key.replaceFirst("v0.", "v0%2F"), "v1" + key.substring(key.indexOf("v0") + 2),
                key.substring(0, key.length() - 1), key + "0", " " + key, key + " ", "stranger" + key)) {
            forged.add(with(claim, "key", stranger));
        }
        for (String entry : locationEntries(claim)) {
            for (String stranger : List.of("no-such-place", claim.getClaimData().get(entry) + "x",
                    claim.getClaimData().get(entry).toUpperCase(Locale.ROOT) + "X",
                    "arn:aws:s3:eu-west-1:1:accesspoint/x")) {
                forged.add(with(claim, entry, stranger));
            }
        }
        forged.add(with(claim, "hash_value", digest.toUpperCase(Locale.ROOT)));
        forged.add(with(claim, "hash_value", "0".repeat(64)));
        for (StorageDriverClaim each : forged) {
            assertThat(failureOf(driver.retrieve(context(), List.of(each)))).as("%s", each.getClaimData())
                .isInstanceOf(ClaimRefusedException.class);
            if (driver instanceof RepairableStorageDriver repairable) {
                assertThat(failureOf(repairable.repair(each, payload))).as("%s", each.getClaimData())
                    .isInstanceOf(StorageDriverException.class);
            }
        }
        assertSame(retrieve(driver, claim), payload);
    }

    static Stream<String> oddTexts() {
        return Stream.of("x".repeat(1_900_000), "\n2026-01-01 00:00:00 ERROR forged", "a\u0000b", "\u001b[31m",
                "\ud800", "\udc00a", "\u202e\u2028\u2029", "\uD83D\uDCE6".repeat(500_000));
    }

    @ParameterizedTest
    @MethodSource("oddTexts")
    void refusesAClaimThatIsHugeOrOddInFewWords(String text) throws Exception {
        StorageDriver driver = driver();
        StorageDriverClaim claim = store(driver, secret());

        Set<String> entries = new HashSet<>(claim.getClaimData().keySet());
        entries.removeAll(keyEntries());
        entries.add("key");
        for (String entry : entries) {
            assertRefusedInFewWords(driver, with(claim, entry, text));
            assertRefusedInFewWords(driver, with(claim, entry, text + claim.getClaimData().get(entry)));
        }
        assertFailsInFewWords(driver, with(claim, "key", claim.getClaimData().get("key").replace("default", text)),
                StorageDriverException.class);
    }

    @Test
    void refusesAClaimOfThousandsOfEntriesInFewWords() throws Exception {
        StorageDriver driver = driver();
        Map<String, String> entries = new HashMap<>(store(driver, secret()).getClaimData());
        IntStream.range(0, 10_000).forEach((i) -> entries.put("entry-" + i, "\n" + i));

        assertRefusedInFewWords(driver, new StorageDriverClaim(entries));
    }

    private static void assertRefusedInFewWords(StorageDriver driver, StorageDriverClaim claim) {
        assertFailsInFewWords(driver, claim, ClaimRefusedException.class);
    }

    private static void assertFailsInFewWords(StorageDriver driver, StorageDriverClaim claim,
            Class<? extends Throwable> type) {
        Throwable failure = failureOf(driver.retrieve(context(), List.of(claim)));
        assertThat(failure).isInstanceOf(type);
        for (Throwable each = failure; each != null; each = each.getCause()) {
            assertThat(String.valueOf(each.getMessage())).hasSizeLessThan(1_500)
                .doesNotContainPattern("[\\p{Cntrl}\\p{Cf}\\p{Cs}\u2028\u2029]");
        }
    }

    /**
     * The file would be right in all else: it holds a payload, and the claim its digest.
     */
    @Test
    void returnsNoFileOfTheMachine(@TempDir Path directory) throws Exception {
        StorageDriver driver = driver();
        Payload payload = secret();
        Path file = Files.write(directory.toRealPath().resolve(sha256(payload)), payload.toByteArray());
        StorageDriverClaim claim = store(driver, payload);

        for (String key : List.of(file.toString(), "../".repeat(20) + file.toString().substring(1),
                "v0/" + "../".repeat(20) + file.toString().substring(1), file.toUri().toString())) {
            assertFailure(driver.retrieve(context(), List.of(with(claim, "key", key))), StorageDriverException.class,
                    driver, "retrieve", null);
        }
    }

    /**
     * Changing another entry of the location than the key must not lead to anything but
     * the payload.
     */
    @Test
    void returnsNothingElseForALocationFromOutside() throws Exception {
        StorageDriver driver = driver();
        Payload payload = secret();
        StorageDriverClaim claim = store(driver, payload);

        for (String entry : locationEntries(claim)) {
            for (String value : Arrays.asList(null, "", ".", "..", "../..", "/etc", "no-such-place", "a b", "a\u0000b",
                    "\uD83D\uDCE6", "http://localhost/", "x".repeat(10_000))) {
                Throwable failure = failureOf(driver.retrieve(context(), List.of(with(claim, entry, value)))
                    .thenAccept((retrieved) -> assertThat(retrieved).containsExactly(payload)));
                if (failure != null) {
                    assertThat(failure).as("with %s=%s", entry, value).isInstanceOf(StorageDriverException.class);
                }
            }
        }
    }

    /** A claim from outside may lead to an object of any size. */
    @Test
    void retrievesNothingOverItsLimitAndAllElse() throws Exception {
        Payload large = payload(500_001, 15);
        Payload small = payload(500_000, 16);
        List<StorageDriverClaim> claims = store(driver(), this.target, List.of(large, small));
        StorageDriver bounded = open(newDriver(1_000, 500_000));

        Throwable failure = failureOf(bounded.retrieve(context(), List.of(claims.get(0))));

        assertThat(failure).isInstanceOf(ObjectTooLargeException.class)
            .hasMessageContaining(bounded.getName())
            .hasMessageContaining("larger than 500000 bytes")
            .hasMessageNotContaining("500001");
        assertSame(retrieve(bounded, claims.get(1)), small);
    }

    @ParameterizedTest
    @ValueSource(ints = { 1_001, 3_000_000 })
    void retrievesNothingThatHasBecomeTooLarge(int size) throws Exception {
        Payload payload = payload(900, 17);
        StorageDriver bounded = open(newDriver(1_000, 1_000));
        StorageDriverClaim claim = store(bounded, payload);

        overwrite(claim, new byte[size]);
        assertThat(failureOf(bounded.retrieve(context(), List.of(claim)))).isInstanceOf(ObjectTooLargeException.class);

        overwrite(claim, payload.toByteArray());
        assertSame(retrieve(bounded, claim), payload);
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 1, 2 })
    void storesNothingInABatchWithATooLargePayload(int position) throws Exception {
        StorageDriver driver = open(newDriver(1_000));
        List<Payload> fitting = List.of(payload(1_000, 12), payload(900, 13));
        List<Payload> batch = new ArrayList<>(fitting);
        batch.add(position, payload(1_001, 14));
        // Nobody else can say where they would be.
        List<StorageDriverClaim> claims = store(driver, this.target, fitting);
        for (StorageDriverClaim claim : claims) {
            delete(claim);
        }

        Throwable failure = failureOf(driver.store(context(this.target), batch));

        assertThat(failure).isInstanceOf(StorageDriverException.class)
            .hasMessageContaining(driver.getName())
            .hasMessageContaining("1001")
            .hasMessageContaining("1000");
        for (StorageDriverClaim claim : claims) {
            assertThat(failureOf(driver.retrieve(context(), List.of(claim))))
                .isInstanceOf(ObjectNotFoundException.class);
        }
    }

    @Test
    void namesAMissingBucket() throws Exception {
        StorageDriver driver = open(newDriverWithoutBucket());

        assertFailure(driver.store(context(this.target), List.of(secret())), StorageDriverException.class, driver,
                "store", null);
        assertFailure(driver.store(context(this.target), List.of(payload(2_000_000, 15))), StorageDriverException.class,
                driver, "store", null);

        StorageDriverClaim claim = store(driver(), secret());
        StorageDriverClaim elsewhere = claim;
        for (String entry : locationEntries(claim)) {
            elsewhere = with(elsewhere, entry, "no-such-place");
        }
        Throwable failure = assertFailure(driver.retrieve(context(), List.of(elsewhere)), StorageDriverException.class,
                driver, "retrieve", claim);
        assertThat(failure).hasMessageContaining("no-such-place").isNotInstanceOf(PayloadIntegrityException.class);
    }

    @Test
    void namesADeniedOperation() throws Exception {
        StorageDriverClaim claim = store(driver(), secret());
        StorageDriver driver = open(newDriverWithoutAccess());

        assertFailure(driver.store(context(this.target), List.of(secret())), StorageDriverException.class, driver,
                "store", claim);
        Throwable failure = assertFailure(driver.retrieve(context(), List.of(claim)), StorageDriverException.class,
                driver, "retrieve", claim);
        assertThat(failure).isNotInstanceOf(ObjectNotFoundException.class)
            .isNotInstanceOf(PayloadIntegrityException.class);
    }

    @ParameterizedTest
    @EnumSource
    void worksAfterManyCancelledTransfers(Cancellation cancellation) throws Exception {
        StorageDriver driver = driver();
        List<Payload> payloads = IntStream.range(0, 5).mapToObj((i) -> payload(200_000, i)).toList();
        List<StorageDriverClaim> claims = store(driver, this.target, payloads);

        for (int i = 0; i < 100; i++) {
            Token token = new Token();
            CompletableFuture<?> transfers = (i % 2 == 0) ? driver.store(context(this.target, token), payloads)
                    : driver.retrieve(context(token), claims);
            // Some at once, some on the way.
            Thread.sleep(i % 5);
            cancellation.cancel(token, transfers);
            assertThat(transfers).isDone();
            token.assertNothingLeft();
        }

        assertThat(retrieve(driver, store(driver, this.target, payloads))).isEqualTo(payloads);
    }

    /** The two ways to cancel a transfer. */
    enum Cancellation {

        TOKEN, FUTURE;

        void cancel(Token token, CompletableFuture<?> transfer) {
            if (this == TOKEN) {
                token.cancel();
            }
            else {
                transfer.cancel(true);
            }
        }

    }

    @Test
    void startsNothingWithACancelledToken() throws Exception {
        StorageDriver driver = driver();
        StorageDriverClaim claim = store(driver, payload(100, 16));
        Token token = new Token();
        token.cancel();

        assertThat(failureOf(driver.retrieve(context(token), List.of(claim))))
            .isInstanceOf(CancellationException.class);
        assertThat(failureOf(driver.store(context(this.target, token), List.of(payload(100, 16)))))
            .isInstanceOf(CancellationException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void readsAWholeObjectOrNone(boolean deleted) throws Exception {
        assumeTrue(serverReplacesAtOnce(), "The server of the tests answers with parts of objects being replaced");
        StorageDriver writer = driver();
        StorageDriver reader = driver();
        Payload payload = payload(8_000_000, 17);
        StorageDriverClaim claim = store(writer, payload);
        Random random = new Random(17);

        for (int i = 0; i < 15; i++) {
            if (deleted) {
                delete(claim);
            }
            Token token = new Token();
            CompletableFuture<?> stored = writer.store(context(this.target, token), List.of(payload));
            CompletableFuture.delayedExecutor(random.nextInt(100), TimeUnit.MILLISECONDS).execute(token::cancel);
            do {
                assertWhole(reader, claim, payload, deleted);
            }
            while (!stored.isDone());
            assertWhole(reader, claim, payload, deleted);
        }

        assertSame(retrieve(reader, store(writer, payload)), payload);
    }

    private void assertWhole(StorageDriver driver, StorageDriverClaim claim, Payload payload, boolean mayBeMissing) {
        Throwable failure = failureOf(driver.retrieve(context(), List.of(claim))
            .thenAccept((retrieved) -> assertSame(retrieved.get(0), payload)));
        if (failure != null && !(mayBeMissing && failure instanceof ObjectNotFoundException)) {
            throw new AssertionError("A reader saw something else than all of the object", failure);
        }
    }

    @Test
    void toleratesASlowNetwork() throws Exception {
        FaultyNetwork network = network();
        StorageDriver driver = open(newDriverOver(network));
        Payload payload = payload(1_000_000, 18);
        StorageDriverClaim claim = store(driver, payload);

        network.hold();
        CompletableFuture<List<Payload>> retrieved = driver.retrieve(context(), List.of(claim));
        CompletableFuture<List<StorageDriverClaim>> stored = driver.store(context(this.target), List.of(payload));
        Thread.sleep(500);
        assertThat(retrieved).isNotDone();
        assertThat(stored).isNotDone();
        network.open();

        assertThat(await(retrieved)).containsExactly(payload);
        assertThat(await(stored)).containsExactly(claim);
    }

    @ParameterizedTest
    @EnumSource
    void cancelsATransferOnAStalledNetwork(Cancellation cancellation) throws Exception {
        FaultyNetwork network = network();
        StorageDriver driver = open(newDriverOver(network));
        // More than any driver has connections or transfers at a time: what is not given
        // back would be missed.
        List<Payload> payloads = IntStream.range(0, 200).mapToObj((i) -> payload(10_000, i)).toList();
        List<StorageDriverClaim> claims = store(driver, this.target, payloads);
        // More than the network holds: what was cancelled must not arrive later.
        Payload large = payload(MAX_PAYLOAD_SIZE, 19);
        StorageDriverClaim cancelled = store(driver, large);
        delete(cancelled);

        network.hold();
        Token token = new Token();
        List<CompletableFuture<?>> transfers = new ArrayList<>();
        for (int i = 0; i < payloads.size(); i++) {
            transfers.add(driver.store(context(this.target, token), List.of(payloads.get(i))));
            transfers.add(driver.retrieve(context(token), List.of(claims.get(i))));
        }
        transfers.add(driver.store(context(this.target, token), List.of(large)));
        Thread.sleep(500);
        assertThat(transfers).noneMatch(CompletableFuture::isDone);
        transfers.forEach((transfer) -> cancellation.cancel(token, transfer));
        assertThat(transfers).allMatch(CompletableFuture::isDone);
        transfers.forEach((transfer) -> assertThat(failureOf(transfer)).isInstanceOf(CancellationException.class));
        token.assertNothingLeft();

        network.open();
        assertThat(retrieve(driver, store(driver, this.target, payloads))).isEqualTo(payloads);
        if (!transfersShareAConnection()) {
            assertThat(failureOf(driver.retrieve(context(), List.of(cancelled))))
                .isInstanceOf(ObjectNotFoundException.class);
        }
    }

    /**
     * The caller does not wait for the rest of the object, and the network does not
     * transfer it.
     */
    @ParameterizedTest
    @EnumSource
    void cancelsADownloadInProgress(Cancellation cancellation) throws Exception {
        assumeFalse(transfersShareAConnection(), "The connection is that of other transfers, too");
        FaultyNetwork network = network();
        StorageDriver driver = open(newDriverOver(network));
        StorageDriverClaim claim = store(driver, payload(MAX_PAYLOAD_SIZE, 21));

        network.holdAfter(1_000_000);
        Token token = new Token();
        CompletableFuture<?> retrieved = driver.retrieve(context(token), List.of(claim));
        awaitWithin(PATIENCE_SECONDS, network::isHolding);
        CompletableFuture.runAsync(() -> cancellation.cancel(token, retrieved));

        awaitWithin(PROMPTNESS_SECONDS, () -> !network.isHolding());
        assertThat(failureOf(retrieved)).isInstanceOf(CancellationException.class);
        network.open();
        Payload payload = payload(10_000, 22);
        assertSame(retrieve(driver, store(driver, payload)), payload);
    }

    @Test
    void recoversFromANetworkOutage() throws Exception {
        FaultyNetwork network = network();
        StorageDriver driver = open(newDriverOver(network));
        Payload payload = secret();
        StorageDriverClaim claim = store(driver, payload);

        network.cut();
        Throwable failure = assertFailure(driver.retrieve(context(), List.of(claim)), StorageDriverException.class,
                driver, "retrieve", claim);
        assertThat(failure).isNotInstanceOf(ObjectNotFoundException.class);
        assertFailure(driver.store(context(this.target), List.of(payload)), StorageDriverException.class, driver,
                "store", claim);
        network.open();

        assertSame(onceConnected(() -> retrieve(driver, claim)), payload);
        assertThat(store(driver, payload)).isEqualTo(claim);
    }

    /** What is missing or altered is so without a network that fails, too. */
    private static void assertNoneOrOfTheConnection(Throwable failure) {
        if (failure != null) {
            assertThat(failure).isInstanceOf(StorageDriverException.class)
                .isNotInstanceOfAny(ObjectNotFoundException.class, PayloadIntegrityException.class);
        }
    }

    @Test
    void failsOrRetriesOnABrokenConnection() throws Exception {
        FaultyNetwork network = network();
        StorageDriver driver = open(newDriverOver(network));
        Payload payload = payload(8_000_000, 20);
        StorageDriverClaim claim = store(driver, payload);

        for (int bytes : new int[] { 0, 1_000, 100_000, 4_000_000, 7_990_000 }) {
            network.cutAfter(bytes);
            Throwable failure = failureOf(driver.retrieve(context(), List.of(claim))
                .thenAccept((retrieved) -> assertSame(retrieved.get(0), payload)));
            assertNoneOrOfTheConnection(failure);

            network.cutAfter(bytes);
            failure = failureOf(driver.store(context(this.target), List.of(payload)));
            assertNoneOrOfTheConnection(failure);
            network.cutAfter(Long.MAX_VALUE);
            assertSame(onceConnected(() -> retrieve(driver, claim)), payload);
        }
    }

    @Test
    void closesTwice() throws Exception {
        AutoCloseable driver = closeable();

        driver.close();
        driver.close();
    }

    /**
     * A caller must not wait forever for a transfer when the application shuts down.
     */
    @Test
    void endsTransfersInFlightOnClose() throws Exception {
        AutoCloseable closeable = closeable();
        StorageDriver driver = (StorageDriver) closeable;
        List<Payload> payloads = IntStream.range(0, 50).mapToObj((i) -> payload(100_000, i)).toList();
        List<StorageDriverClaim> claims = store(driver, this.target, payloads);

        List<CompletableFuture<?>> transfers = new ArrayList<>();
        for (int i = 0; i < payloads.size(); i++) {
            transfers.add(driver.retrieve(context(), List.of(claims.get(i))));
            transfers.add(driver.store(context(this.target), List.of(payloads.get(i))));
        }
        closeable.close();
        transfers.add(driver.retrieve(context(), claims));

        for (CompletableFuture<?> transfer : transfers) {
            Throwable failure = failureOf(transfer);
            assertThat(failure).satisfiesAnyOf((none) -> assertThat(none).isNull(), (some) -> assertThat(some)
                .isInstanceOfAny(StorageDriverException.class, CancellationException.class));
        }
    }

    private AutoCloseable closeable() throws Exception {
        StorageDriver driver = driver();
        assumeTrue(driver instanceof AutoCloseable, "The driver cannot be closed");
        return (AutoCloseable) driver;
    }

    private StorageDriver driver() throws Exception {
        return open(newDriver(MAX_PAYLOAD_SIZE));
    }

    private StorageDriver open(StorageDriver driver) {
        if (driver instanceof AutoCloseable closeable) {
            this.opened.add(closeable);
        }
        return driver;
    }

    private FaultyNetwork network() {
        FaultyNetwork network = new FaultyNetwork();
        this.opened.add(network);
        return network;
    }

    private StorageDriverClaim store(StorageDriver driver, Payload payload) {
        return store(driver, this.target, List.of(payload)).get(0);
    }

    private static List<StorageDriverClaim> store(StorageDriver driver, StorageDriverTargetInfo target,
            List<Payload> payloads) {
        return await(driver.store(context(target), payloads));
    }

    private static Payload retrieve(StorageDriver driver, StorageDriverClaim claim) {
        return retrieve(driver, List.of(claim)).get(0);
    }

    private static List<Payload> retrieve(StorageDriver driver, List<StorageDriverClaim> claims) {
        return await(driver.retrieve(context(), claims));
    }

    /**
     * Retries until the client has reconnected. It may wait between two attempts, and
     * fail transfers meanwhile.
     */
    private static <T> T onceConnected(Supplier<T> transfer) throws InterruptedException {
        for (int i = 0; i < PATIENCE_SECONDS; i++) {
            try {
                return transfer.get();
            }
            catch (StorageDriverException ex) {
                TimeUnit.SECONDS.sleep(1);
            }
        }
        return transfer.get();
    }

    private static <T> T await(CompletableFuture<T> transfer) {
        try {
            return transfer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        catch (ExecutionException ex) {
            throw (ex.getCause() instanceof RuntimeException cause) ? cause : new CompletionException(ex.getCause());
        }
        catch (InterruptedException | TimeoutException ex) {
            throw new AssertionError("A transfer should have ended", ex);
        }
    }

    private static void awaitWithin(int seconds, BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < seconds * 100 && !condition.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.getAsBoolean()).as("what should have come within %d seconds", seconds).isTrue();
    }

    /** Returns the failure of a transfer; null if it succeeded. */
    private static Throwable failureOf(CompletableFuture<?> transfer) {
        return catchThrowable(() -> await(transfer));
    }

    /**
     * Asserts that a transfer fails with a message that names driver, operation and key.
     * * @param claim the claim; null if the message need not contain its key
     */
    private static Throwable assertFailure(CompletableFuture<?> transfer, Class<? extends Throwable> type,
            StorageDriver driver, String operation, StorageDriverClaim claim) {
        Throwable failure = failureOf(transfer);
        assertThat(failure).isInstanceOf(type)
            .hasMessageContaining(driver.getName())
            .hasMessageContaining(operation)
            .hasMessageContaining((claim != null) ? claim.getClaimData().get("key") : "");
        StringWriter everything = new StringWriter();
        failure.printStackTrace(new PrintWriter(everything));
        assertThat(everything.toString()).doesNotContain(SECRET);
        return failure;
    }

    /** Asserts that payloads are equal, without their bytes in the message. */
    private static void assertSame(Payload actual, Payload expected) {
        assertThat(Arrays.equals(actual.toByteArray(), expected.toByteArray()))
            .as("the payload of %d bytes is the one of %d bytes that was stored", actual.getSerializedSize(),
                    expected.getSerializedSize())
            .isTrue();
    }

    /** Returns the names of the entries of a location other than the key. */
    private Set<String> locationEntries(StorageDriverClaim claim) {
        Set<String> entries = new HashSet<>(claim.getClaimData().keySet());
        entries.removeAll(keyEntries());
        entries.removeAll(Set.of("hash_algorithm", "hash_value"));
        return entries;
    }

    private StorageDriverClaim with(StorageDriverClaim claim, String entry, String value) {
        Map<String, String> data = new HashMap<>(claim.getClaimData());
        Set<String> entries = entry.equals("key") ? keyEntries() : Set.of(entry);
        entries.forEach((each) -> data.computeIfPresent(each, (name, before) -> value));
        return new StorageDriverClaim(data);
    }

    private static StorageDriverTargetInfo workflow(String id) {
        return new StorageDriverWorkflowInfo("default", id, UUID.randomUUID().toString(), "ChargeWorkflow");
    }

    private static Payload secret() {
        return secret("");
    }

    private static Payload secret(String prefix) {
        return Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("binary/plain"))
            .setData(ByteString.copyFromUtf8(prefix + SECRET))
            .build();
    }

    /** Returns a payload that does not compress, the same for the same seed. */
    private static Payload payload(int serializedSize, long seed) {
        int dataSize = serializedSize;
        Payload payload = Payload.getDefaultInstance();
        for (int excess = 0; payload.getSerializedSize() != serializedSize; dataSize -= excess) {
            payload = Payload.newBuilder().setData(ByteString.copyFrom(bytes(dataSize, seed))).build();
            excess = payload.getSerializedSize() - serializedSize;
        }
        return payload;
    }

    private static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static String sha256(Payload payload) {
        return sha256(payload.toByteArray());
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        }
        catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static StorageDriverStoreContext context(StorageDriverTargetInfo target) {
        return context(target, CancellationToken.none());
    }

    private static StorageDriverStoreContext context(StorageDriverTargetInfo target,
            CancellationToken<CancellationException> token) {
        return new StorageDriverStoreContext() {

            @Override
            public StorageDriverTargetInfo getTarget() {
                return target;
            }

            @Override
            public CancellationToken<CancellationException> getCancellationToken() {
                return token;
            }

        };
    }

    private static StorageDriverRetrieveContext context() {
        return context(CancellationToken.none());
    }

    private static StorageDriverRetrieveContext context(CancellationToken<CancellationException> token) {
        return new StorageDriverRetrieveContext() {

            @Override
            public CancellationToken<CancellationException> getCancellationToken() {
                return token;
            }

        };
    }

    /**
     * A token like a worker's, which may be long-lived, so that a remaining callback is a
     * leak.
     */
    private static final class Token implements CancellationToken<CancellationException> {

        private final List<Runnable> callbacks = new CopyOnWriteArrayList<>();

        private volatile boolean cancelled;

        void cancel() {
            this.cancelled = true;
            this.callbacks.forEach(Runnable::run);
        }

        /**
         * Asserts that all registrations are closed. A transfer that ends while it is
         * cancelled closes its registration on another thread.
         */
        void assertNothingLeft() throws InterruptedException {
            for (int i = 0; i < 500 && !this.callbacks.isEmpty(); i++) {
                Thread.sleep(10);
            }
            assertThat(this.callbacks).isEmpty();
        }

        @Override
        public boolean isCancellationRequested() {
            return this.cancelled;
        }

        @Override
        public void throwIfCancellationRequested() {
            if (this.cancelled) {
                throw new CancellationException();
            }
        }

        @Override
        public Registration onCancel(Runnable callback) {
            if (this.cancelled) {
                callback.run();
                return () -> {
                };
            }
            this.callbacks.add(callback);
            return () -> this.callbacks.remove(callback);
        }

    }

}
