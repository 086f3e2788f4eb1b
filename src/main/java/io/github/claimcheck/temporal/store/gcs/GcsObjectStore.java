package io.github.claimcheck.temporal.store.gcs;

import com.google.cloud.ReadChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobSourceOption;
import com.google.cloud.storage.StorageException;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.driver.KeySpace;
import io.github.claimcheck.temporal.driver.ObjectKey;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.internal.BackgroundThreads;
import io.github.claimcheck.temporal.internal.ClientSettings;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.internal.StorePlace;
import io.github.claimcheck.temporal.internal.TlsFailures;
import io.github.claimcheck.temporal.internal.Transfers;
import io.github.claimcheck.temporal.spi.Secrets;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.http.impl.client.CloseableHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Stores objects in Google Cloud Storage through its JSON API. A location contains
 * {@value #BUCKET}, and {@value ObjectStore#KEY} and {@value #OBJECT_NAME} with the same
 * value: the official Go driver's first release reads one of them, the Python driver the
 * other, and later Go drivers write both. Either is sufficient to retrieve a claim, and
 * so is {@value #OBJECT}, the entry of the TypeScript driver's first release.
 * <p>
 * Names escape only the characters that Cloud Storage forbids or advises against, as in
 * the official drivers.
 * <p>
 * An upload is one request. So is a download with a {@linkplain GcsClient#create client
 * that the store owns}. The application's own client does not report the size of a
 * download, which takes one more request.
 * <p>
 * An upload replaces an existing object of the same name. This requires the permission
 * {@code storage.objects.delete} in addition to {@code storage.objects.create}. The
 * official drivers keep the existing object and do not need it. But a payload for a new
 * run, under a name without a run id, could then be an earlier run's object, which a
 * lifecycle rule expires while the new run continues: see
 * {@link io.github.claimcheck.temporal.driver.StoredObjects}. Only a new object has a new
 * age. Retrieving requires {@code storage.objects.get}. Nothing else is called, except
 * for the lifecycle rules.
 * <p>
 * Cloud Storage does not support SHA-256. The client library sends the CRC32C of each
 * upload, so that Cloud Storage rejects corrupted uploads, and verifies the CRC32C of
 * downloads; the driver verifies the SHA-256.
 * <p>
 * The client library blocks, so each transfer runs on its own thread of this store. A
 * transfer that is cancelled or times out is aborted, and its thread interrupted. The
 * application's own client cannot abort a request: the request occupies its thread until
 * the network ends it, but no one waits for its outcome.
 * <p>
 * Thread-safe.
 */
final class GcsObjectStore implements ObjectStore {

    /**
     * The type and default name of drivers on this store, as in every official Temporal
     * SDK.
     */
    static final String DRIVER_TYPE = "gcp.gcsdriver";

    static final String BUCKET = "bucket";

    private static final String OBJECT_NAME = "object_name";

    private static final String OBJECT = "object";

    private static final String UNSAFE_PUNCTUATION = "#[]*?:\"<>|/%";

    private final GcsClient client;

    private final Storage storage;

    private final GcsUploads uploads;

    private final String bucket;

    private final String keyPrefix;

    private final OwnPlaces places;

    private final Duration timeout;

    private final ClientSettings settings;

    /** The transfers that are in flight or wait for a thread. */
    private final Set<GcsTransfer<?>> transfers = ConcurrentHashMap.newKeySet();

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(GcsClient.MAX_CONNECTIONS,
            GcsClient.MAX_CONNECTIONS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
            BackgroundThreads.daemons("gcs-storage-driver"));

    /**
     * Creates a store.
     * @param client the client
     * @param bucket the bucket
     * @param keyPrefix the prefix of every key; may be empty
     * @param places the buckets and prefixes that claims may name
     * @param timeout the timeout of a transfer
     */
    GcsObjectStore(GcsClient client, String bucket, String keyPrefix, OwnPlaces places, Duration timeout) {
        this.client = client;
        this.storage = client.storage();
        this.uploads = new GcsUploads(client);
        this.bucket = bucket;
        this.keyPrefix = keyPrefix;
        this.places = places;
        this.timeout = timeout;
        this.settings = (client.connections() != null) ? ClientSettings.OF_DRIVER
                : ClientSettings.ofBean(Storage.class);
        this.threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        ObjectKey key = ObjectKey.of(context.getTarget(), hexDigest,
                ObjectKey.MAX_LENGTH - ObjectKey.length(this.keyPrefix), GcsObjectStore::encoded);
        String name = this.keyPrefix + key.value();
        if (ObjectKey.length(name) > ObjectKey.MAX_LENGTH) {
            throw new StorageDriverException("The object name would be " + ObjectKey.length(name)
                    + " bytes long, but Cloud Storage allows " + ObjectKey.MAX_LENGTH + " [" + Quoted.of(name)
                    + "]. Nothing was stored. Use a shorter namespace or key-prefix.", null);
        }
        return new Location(Map.of(BUCKET, this.bucket, KEY, name, OBJECT_NAME, name), key.runScoped());
    }

    private static String encoded(String segment) {
        String encoded = ObjectKey.percentEncoded(segment, GcsObjectStore::isSafe);
        return (encoded.equals(".") || encoded.equals("..")) ? encoded.replace(".", "%2E") : encoded;
    }

    private static boolean isSafe(int character) {
        return !Character.isISOControl(character) && UNSAFE_PUNCTUATION.indexOf(character) < 0;
    }

    @Override
    public void requireOwn(Map<String, String> location, String hexDigest) {
        BlobId id = id(location);
        this.places.requireBucket(id.getBucket());
        this.places.requireKey(id.getName(), hexDigest);
    }

    @Override
    public CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256) {
        BlobInfo object = BlobInfo.newBuilder(id(location)).setContentType("application/octet-stream").build();
        GcsTransfer<Blob> transfer = newTransfer();
        transfer.run(() -> {
            transfer.endWithin(this.timeout);
            return this.uploads.create(object, content);
        }).whenComplete(transfer::end);
        return transfer.outcome();
    }

    @Override
    public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
        return get(location, admission, new BlobSourceOption[0]);
    }

    @Override
    public CompletableFuture<byte[]> getUncached(Map<String, String> location, Admission admission) {
        // The library does not allow Cache-Control.
        return get(location, admission,
                new BlobSourceOption[] { BlobSourceOption.extraHeaders(ImmutableMap.of("Pragma", "no-cache")) });
    }

    private CompletableFuture<byte[]> get(Map<String, String> location, Admission admission,
            BlobSourceOption[] options) {
        BlobId id = id(location);
        GcsTransfer<byte[]> transfer = newTransfer();
        // Does not occupy a thread while waiting: other transfers need it to finish.
        transfer.run(() -> open(id, options, transfer))
            .thenCompose((download) -> admission.admit(download.size()).thenApply((room) -> download))
            .thenCompose((download) -> transfer.run(download::read))
            .whenComplete((content, failure) -> transfer.end(content, (failure != null) ? translated(failure) : null));
        return transfer.outcome();
    }

    private <T> GcsTransfer<T> newTransfer() {
        GcsTransfer<T> transfer = new GcsTransfer<>(this.threads);
        this.transfers.add(transfer);
        transfer.outcome().whenComplete((done, failure) -> this.transfers.remove(transfer));
        return transfer;
    }

    /**
     * Requests an object to learn its size. Aborting the transfer releases a response
     * that has begun. The application's own client, which cannot abort, has not sent the
     * request for the content yet.
     */
    private Download open(BlobId id, BlobSourceOption[] options, GcsTransfer<?> transfer) throws IOException {
        transfer.endWithin(this.timeout);
        ReadChannel channel = this.storage.reader(id, options);
        channel.setChunkSize(0);
        if (this.client.connections() != null) {
            // Sends the request.
            channel.read(ByteBuffer.allocate(0));
        }
        long size = transfer.getResponseSize();
        return new Download(channel, (size >= 0) ? size : size(id));
    }

    private long size(BlobId id) throws IOException {
        Blob object = this.storage.get(id, BlobGetOption.fields(BlobField.SIZE));
        if (object != null) {
            return object.getSize();
        }
        // If the object does not exist, reading it fails and tells whether the bucket is
        // missing.
        try (ReadChannel channel = this.storage.reader(id)) {
            channel.setChunkSize(0);
            channel.read(ByteBuffer.allocate(1));
        }
        throw new IOException("Cloud Storage did not report the size of the object");
    }

    /** Extracts Cloud Storage's response from the failure of a channel. */
    private static Throwable translated(Throwable failure) {
        Throwable cause = Transfers.unwrap(failure);
        for (Throwable each = cause; each != null; each = each.getCause()) {
            // The library's exception is not public. Its message tells the checksum.
            if (each.getClass().getName().contains("ChecksumMismatch")) {
                return new PayloadIntegrityException("its checksum differs from the one that Cloud Storage reported",
                        null);
            }
        }
        Throwable answer = (cause instanceof IOException) ? cause.getCause() : cause;
        if (answer instanceof StorageException refused) {
            return GcsDiagnosis.isMissingObject(refused)
                    ? new ObjectNotFoundException("the object does not exist", refused) : refused;
        }
        return cause;
    }

    /**
     * Returns the object's id. Rejects a claim with different names, of which only one
     * might have been checked.
     */
    private static BlobId id(Map<String, String> location) {
        if (names(location).distinct().count() > 1) {
            throw new IllegalArgumentException("the claim names several objects");
        }
        return BlobId.of(required(BUCKET, location.get(BUCKET)), required(KEY, name(location)));
    }

    private static @Nullable String name(Map<String, String> location) {
        return names(location).findFirst().orElse(null);
    }

    /**
     * Returns the object's names. Official drivers write one of the three entries, or the
     * first two.
     */
    private static Stream<String> names(Map<String, String> location) {
        return Stream.of(OBJECT_NAME, KEY, OBJECT).map(location::get).filter((name) -> name != null && !name.isEmpty());
    }

    private static String required(String entry, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("the claim has no " + entry);
        }
        return value;
    }

    @Override
    public String describe(Map<String, String> location) {
        String endpoint = endpoint();
        return "bucket=" + location.get(BUCKET) + ", key=" + name(location)
                + ((endpoint != null) ? ", endpoint=" + endpoint : "");
    }

    private @Nullable String endpoint() {
        String endpoint = ClientSettings.told(() -> this.storage.getOptions().getHost());
        return (endpoint != null) ? Secrets.withoutUserInfo(endpoint) : null;
    }

    @Override
    public Map<String, String> place() {
        return StorePlace.of(BUCKET, this.bucket, this.keyPrefix, endpoint());
    }

    @Override
    public CompletableFuture<Expiry> readExpiry(String namespace) {
        KeySpace keys = KeySpace.of(this.keyPrefix, namespace,
                (target) -> ObjectKey.of(target, "", Integer.MAX_VALUE, GcsObjectStore::encoded));
        GcsTransfer<Expiry> transfer = newTransfer();
        transfer.run(() -> {
            transfer.endWithin(this.timeout);
            return new GcsLifecycle(this.storage, this.bucket).read(keys);
        }).whenComplete(transfer::end);
        return transfer.outcome();
    }

    @Override
    public Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        if (failure instanceof TimeoutException || failure instanceof SocketTimeoutException
                || failure.getCause() instanceof SocketTimeoutException) {
            return new Diagnosis(Kind.TIMED_OUT,
                    "Check the network and " + this.settings.name("endpoint, with its scheme and port")
                            + ". If the store is slow, increase the driver's api-call-timeout");
        }
        String tls = TlsFailures.remedy(failure, this.settings.name("ssl.bundle", "SSL configuration"),
                this.settings.name("endpoint"));
        if (tls != null) {
            return new Diagnosis(Kind.UNREACHABLE, tls);
        }
        GcsDiagnosis diagnosis = new GcsDiagnosis(this.settings);
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof GcsTransfer.RedirectException) {
                return diagnosis.redirected();
            }
            if (cause.getClass().getName().startsWith("com.google.auth.")
                    || String.valueOf(cause.getMessage()).contains("Error getting access token")) {
                return new Diagnosis(Kind.DENIED,
                        "Google did not issue an access token for the credentials. Check " + diagnosis.credentials());
            }
        }
        if (failure instanceof StorageException refused && refused.getCode() > 0) {
            return diagnosis.of(operation, location.get(BUCKET), refused);
        }
        return (failure instanceof StorageException || failure instanceof IOException)
                ? new Diagnosis(Kind.UNREACHABLE,
                        "Check the network and " + this.settings.name("endpoint, with its scheme and port"))
                : Diagnosis.UNKNOWN;
    }

    /**
     * Ends all transfers, stops the threads, and closes the connections if this store
     * owns them.
     */
    @Override
    public void close() {
        // The executor rejects later transfers. All earlier ones are registered.
        this.threads.shutdown();
        this.transfers.forEach((transfer) -> transfer.close(null));
        CloseableHttpClient connections = this.client.connections();
        if (connections == null) {
            return;
        }
        try {
            connections.close();
        }
        catch (IOException ex) {
            throw new UncheckedIOException("Failed to close the connections to Cloud Storage", ex);
        }
    }

    /** An object to be read. */
    private record Download(ReadChannel channel, long size) {

        byte[] read() throws IOException {
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(this.size));
            ByteBuffer more = ByteBuffer.allocate(1);
            try (ReadChannel from = this.channel) {
                int read = 0;
                while (read >= 0 && more.hasRemaining()) {
                    // The library verifies the checksum at the end of the object.
                    read = from.read(content.hasRemaining() ? content : more);
                }
            }
            if (content.hasRemaining() || !more.hasRemaining()) {
                throw new PayloadIntegrityException("its length differs from the size that Cloud Storage reported",
                        null);
            }
            return content.array();
        }

    }

}
