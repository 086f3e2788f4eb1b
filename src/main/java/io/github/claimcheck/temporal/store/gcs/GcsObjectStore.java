package io.github.claimcheck.temporal.store.gcs;

import com.google.cloud.ReadChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.StorageException;
import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.ObjectKey;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.internal.Transfers;
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
 * Keeps objects in Google Cloud Storage, through its JSON API. A location holds
 * {@value #BUCKET}, {@value ObjectStore#KEY} and {@value #OBJECT_NAME}, which are the
 * same: the official Go driver's first release reads the one, the Python driver the
 * other, later Go drivers write both. One of them is enough for a claim to be retrieved,
 * and so is {@value #OBJECT}, as the TypeScript driver's first release calls it.
 * <p>
 * A name escapes only what Cloud Storage forbids or warns of, as the official drivers'
 * names do.
 * <p>
 * An upload is one request, and so is a download with a {@linkplain GcsClient#create
 * client of the store's own}; with an application's client, which does not tell the size
 * of what it downloads, there is one more request for that.
 * <p>
 * An upload replaces an object of the same name. That takes the permission
 * {@code storage.objects.delete} besides {@code storage.objects.create}, as soon as there
 * is such an object. The official drivers leave it as it is, and get by without. But then
 * what is stored for a new run, under a name that holds no run's id, could be an object
 * of an earlier run, which a lifecycle rule expires, counting from that run, while the
 * new one goes on: see {@link io.github.claimcheck.temporal.driver.StoredObjects}. Only a
 * new object has a new age. Retrieving takes {@code storage.objects.get}. Nothing else is
 * called.
 * <p>
 * Cloud Storage knows no SHA-256. The client library sends the CRC32C of what it uploads,
 * so that Cloud Storage refuses what was damaged on the way, and checks that of what it
 * downloads; the SHA-256 is checked by the driver.
 * <p>
 * The client library blocks: transfers run on threads of the store's own, one for each.
 * One that is cancelled or takes too long is aborted, and its thread interrupted. An
 * application's client cannot abort a request: it goes on with what is on the wire until
 * the network brings it to an end, and the thread is held that long. Nobody waits for the
 * outcome.
 * <p>
 * Thread-safe.
 */
final class GcsObjectStore implements ObjectStore {

    /**
     * The type of drivers on this store, and their default name, the same in every
     * official Temporal SDK.
     */
    static final String DRIVER_TYPE = "gcp.gcsdriver";

    private static final String BUCKET = "bucket";

    private static final String OBJECT_NAME = "object_name";

    private static final String OBJECT = "object";

    private static final String UNSAFE_PUNCTUATION = "#[]*?:\"<>|/%";

    private static final String UNREACHABLE = "Is the store reachable from here? Check the driver's endpoint";

    private final GcsClient client;

    private final Storage storage;

    private final String bucket;

    private final String keyPrefix;

    private final Duration timeout;

    /** What is in flight, or waits for a thread. */
    private final Set<GcsTransfer<?>> transfers = ConcurrentHashMap.newKeySet();

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(GcsClient.CONNECTIONS, GcsClient.CONNECTIONS, 30,
            TimeUnit.SECONDS, new LinkedBlockingQueue<>(), (task) -> {
                Thread thread = new Thread(task, "gcs-storage-driver");
                thread.setDaemon(true);
                return thread;
            });

    /**
     * @param client the client to use
     * @param bucket the bucket that objects go to
     * @param keyPrefix put before every key; may be empty
     * @param timeout the time that a transfer may take
     */
    GcsObjectStore(GcsClient client, String bucket, String keyPrefix, Duration timeout) {
        this.client = client;
        this.storage = client.storage();
        this.bucket = bucket;
        this.keyPrefix = keyPrefix;
        this.timeout = timeout;
        this.threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        ObjectKey key = ObjectKey.of(context.getTarget(), hexDigest,
                ObjectKey.MAX_LENGTH - ObjectKey.length(this.keyPrefix), GcsObjectStore::encoded);
        String name = this.keyPrefix + key.value();
        if (ObjectKey.length(name) > ObjectKey.MAX_LENGTH) {
            throw new StorageDriverException("The object's name would be " + ObjectKey.length(name)
                    + " bytes long and Cloud Storage takes " + ObjectKey.MAX_LENGTH + " [" + name
                    + "]. Nothing was stored. Use a shorter namespace or key-prefix.", null);
        }
        return new Location(Map.of(BUCKET, this.bucket, KEY, name, OBJECT_NAME, name), key.ofRun());
    }

    private static String encoded(String segment) {
        String encoded = ObjectKey.percentEncoded(segment, GcsObjectStore::isSafe);
        return (encoded.equals(".") || encoded.equals("..")) ? encoded.replace(".", "%2E") : encoded;
    }

    private static boolean isSafe(int character) {
        return !Character.isISOControl(character) && UNSAFE_PUNCTUATION.indexOf(character) < 0;
    }

    @Override
    public CompletableFuture<?> put(Map<String, String> location, byte[] content, byte[] sha256) {
        BlobInfo object = BlobInfo.newBuilder(id(location)).setContentType("application/octet-stream").build();
        GcsTransfer<Blob> transfer = newTransfer();
        transfer.run(() -> {
            transfer.endWithin(this.timeout);
            // Compressing is for codecs.
            return this.storage.create(object, content, BlobTargetOption.disableGzipContent());
        }).whenComplete(transfer::end);
        return transfer.outcome();
    }

    @Override
    public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
        BlobId id = id(location);
        GcsTransfer<byte[]> transfer = newTransfer();
        // Nobody waits for room on a thread that a transfer needs to end.
        transfer.run(() -> open(id, transfer))
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
     * Asks for an object, so that its size is known. Aborting the request lets go of an
     * answer that has begun. With an application's client, which cannot do that, none has
     * begun yet.
     */
    private Download open(BlobId id, GcsTransfer<?> transfer) throws IOException {
        transfer.endWithin(this.timeout);
        ReadChannel channel = this.storage.reader(id);
        channel.setChunkSize(0);
        if (this.client.connections() != null) {
            // Sends the request.
            channel.read(ByteBuffer.allocate(0));
        }
        long size = transfer.getAnswerSize();
        return new Download(channel, (size >= 0) ? size : size(id));
    }

    private long size(BlobId id) {
        Blob object = this.storage.get(id, BlobGetOption.fields(BlobField.SIZE));
        // Where there is none, reading it fails, and says whether it is the bucket that
        // is missing.
        return (object != null) ? object.getSize() : this.storage.readAllBytes(id).length;
    }

    /** Finds what Cloud Storage has answered in the failure of a channel. */
    private static Throwable translated(Throwable failure) {
        Throwable cause = Transfers.unwrap(failure);
        Throwable answer = (cause instanceof IOException) ? cause.getCause() : cause;
        if (answer instanceof StorageException refused) {
            return isMissingObject(refused) ? new ObjectNotFoundException("Cloud Storage has no such object", refused)
                    : refused;
        }
        return cause;
    }

    private static boolean isMissingObject(StorageException refused) {
        return refused.getCode() == 404 && !String.valueOf(refused.getMessage()).contains("bucket does not exist");
    }

    /** Whoever checks one of the names has checked the object: it has no other. */
    private static BlobId id(Map<String, String> location) {
        if (names(location).distinct().count() > 1) {
            throw new IllegalArgumentException("the claim names several objects");
        }
        return BlobId.of(required(BUCKET, location.get(BUCKET)), required(KEY, name(location)));
    }

    private static @Nullable String name(Map<String, String> location) {
        return names(location).findFirst().orElse(null);
    }

    /** Claims of the official drivers have one of the three, or the first two. */
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
        return "bucket=" + location.get(BUCKET) + ", key=" + name(location) + ", endpoint="
                + this.storage.getOptions().getHost();
    }

    @Override
    public Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        if (failure instanceof TimeoutException || failure instanceof SocketTimeoutException
                || failure.getCause() instanceof SocketTimeoutException) {
            return new Diagnosis(Kind.TIMED_OUT,
                    UNREACHABLE + ". If the store is only slow, raise the driver's api-call-timeout");
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getClass().getName().startsWith("com.google.auth.")
                    || String.valueOf(cause.getMessage()).contains("Error getting access token")) {
                return new Diagnosis(Kind.DENIED, "Google does not give an access token for these credentials. Check "
                        + "the driver's credentials-location, or what the Application Default Credentials find");
            }
        }
        if (failure instanceof StorageException refused && refused.getCode() > 0) {
            return diagnose(operation, location.get(BUCKET), refused.getCode());
        }
        return (failure instanceof StorageException || failure instanceof IOException)
                ? new Diagnosis(Kind.UNREACHABLE, UNREACHABLE) : Diagnosis.UNKNOWN;
    }

    private static Diagnosis diagnose(Operation operation, @Nullable String bucket, int status) {
        return switch (status) {
            case 401 -> new Diagnosis(Kind.DENIED, "Cloud Storage does not accept these credentials. Check the "
                    + "driver's credentials-location, or what the Application Default Credentials find");
            case 403 -> new Diagnosis(Kind.DENIED, (operation == Operation.STORE)
                    ? "The credentials need the permissions storage.objects.create and storage.objects.delete, which "
                            + "replaces an object, on the bucket " + bucket + ", for instance from the role "
                            + "roles/storage.objectUser. A retention policy of the bucket, too, keeps objects from "
                            + "being replaced"
                    : "The credentials need the permission storage.objects.get on the bucket " + bucket
                            + ". Without storage.objects.list, Cloud Storage gives this answer for an object that does "
                            + "not exist, too");
            case 404 -> new Diagnosis(Kind.NO_BUCKET, "Create the bucket, or correct the driver's bucket property");
            case 408 -> new Diagnosis(Kind.TIMED_OUT, null);
            case 429 -> new Diagnosis(Kind.THROTTLED, null);
            default -> (status >= 500) ? new Diagnosis(Kind.UNREACHABLE, null) : Diagnosis.UNKNOWN;
        };
    }

    /**
     * Ends what is in flight or waits for a thread, stops the threads, and closes the
     * connections if they belong to this store.
     */
    @Override
    public void close() {
        // What comes from now on is refused. What has come before is known.
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
            throw new UncheckedIOException("The connections to Cloud Storage cannot be closed", ex);
        }
    }

    /** An object that can be read. */
    private record Download(ReadChannel channel, long size) {

        byte[] read() throws IOException {
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(this.size));
            ByteBuffer more = ByteBuffer.allocate(1);
            try (ReadChannel from = this.channel) {
                int read = 0;
                while (read >= 0 && more.hasRemaining()) {
                    // At the end of the object, the library checks it.
                    read = from.read(content.hasRemaining() ? content : more);
                }
            }
            if (content.hasRemaining() || !more.hasRemaining()) {
                throw new IOException("the object is not as long as Cloud Storage said");
            }
            return content.array();
        }

    }

}
