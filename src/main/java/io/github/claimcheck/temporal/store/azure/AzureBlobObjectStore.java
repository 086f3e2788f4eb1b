package io.github.claimcheck.temporal.store.azure;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.util.BinaryData;
import com.azure.storage.blob.BlobServiceAsyncClient;
import com.azure.storage.blob.models.BlobDownloadAsyncResponse;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.specialized.BlockBlobAsyncClient;
import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.ObjectKey;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Keeps objects as block blobs in Azure Blob Storage. A location holds
 * {@value #CONTAINER} and {@value ObjectStore#KEY}, the blob's name.
 * <p>
 * An upload is one Put Blob and a download one Get Blob, whatever the size; nothing else
 * is called. Put Blob replaces a blob that is there, which is as good as new then: its
 * age starts anew. No checksum goes along with an upload, since Azure takes only an MD5
 * or a CRC-64, which would have to be computed: TLS and the length guard it on the way,
 * and the driver verifies the SHA-256 of what it retrieves.
 * <p>
 * Thread-safe. No thread waits for a transfer; what comes after one runs on Reactor's
 * bounded elastic threads, so that it does not keep Netty's from their work.
 */
final class AzureBlobObjectStore implements ObjectStore {

    /** The type of drivers on this store, and their default name. */
    static final String DRIVER_TYPE = "azure.blobdriver";

    private static final String CONTAINER = "container";

    private static final Pattern CONTAINER_NAME = Pattern.compile("(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*");

    private static final Pattern KEY_FORM = Pattern.compile(".+/d/sha256/[0-9a-f]{64}");

    /** In characters. */
    private static final int MAX_KEY_LENGTH = 1024;

    private static final Pattern LAST_DOT = Pattern.compile("\\.(?=/)");

    /** What {@link #LAST_DOT} adds to a namespace, a type, an id and a run id at most. */
    private static final int DOTS_LENGTH = 4 * 2;

    private static final String BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/";

    private static final String WRONG_CREDENTIALS = "Azure does not accept these credentials. Check the driver's "
            + "connection-string, or what DefaultAzureCredential finds, and this machine's clock";

    private final BlobServiceAsyncClient client;

    private final String container;

    private final String keyPrefix;

    private final Duration timeout;

    /**
     * @param client the client to use; there is nothing to close about it
     * @param container where payloads go; see {@link #isContainerName}
     * @param keyPrefix put before every key; may be empty
     * @param timeout the time that a transfer may take, the client's retries included
     */
    AzureBlobObjectStore(BlobServiceAsyncClient client, String container, String keyPrefix, Duration timeout) {
        this.client = client;
        this.container = container;
        this.keyPrefix = keyPrefix;
        this.timeout = timeout;
    }

    /**
     * @param name any text
     * @return whether a container can have this name: 3 to 63 lower-case letters, digits
     * and single dashes
     */
    static boolean isContainerName(String name) {
        return CONTAINER_NAME.matcher(name).matches();
    }

    @Override
    public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        // The limit is on the whole key, the prefix included.
        ObjectKey key = ObjectKey.of(context.getTarget(), hexDigest,
                MAX_KEY_LENGTH - this.keyPrefix.length() - DOTS_LENGTH);
        // No segment of a blob's name may end with a dot. No other segment has an encoded
        // one.
        String name = this.keyPrefix + LAST_DOT.matcher(key.value()).replaceAll("%2E");
        return new Location(Map.of(CONTAINER, this.container, KEY, name), key.ofRun());
    }

    @Override
    public CompletableFuture<?> put(Map<String, String> location, byte[] content, byte[] sha256) {
        return transfer(
                blob(location).uploadWithResponse(new BlockBlobSimpleUploadOptions(BinaryData.fromBytes(content))));
    }

    @Override
    public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
        return transfer(blob(location).downloadStreamWithResponse(null, null, null, false)
            // Closing matters where nobody has asked for the body, because the admission
            // failed or was cancelled.
            .flatMap((response) -> Mono.using(() -> response, (open) -> content(open, admission),
                    AzureBlobObjectStore::close)));
    }

    private static Mono<byte[]> content(BlobDownloadAsyncResponse response, Admission admission) {
        long size = response.getDeserializedHeaders().getContentLength();
        return Mono.fromFuture(() -> admission.admit(size))
            .then(Mono.defer(() -> response.getValue()
                .collect(() -> ByteBuffer.allocate(Math.toIntExact(size)), ByteBuffer::put)))
            .map(ByteBuffer::array);
    }

    private static void close(BlobDownloadAsyncResponse response) {
        try {
            response.close();
        }
        catch (IOException ex) {
            throw new IllegalStateException("Letting go of a connection does no I/O", ex);
        }
    }

    private <T> CompletableFuture<T> transfer(Mono<T> transfer) {
        return transfer.onErrorMap(BlobStorageException.class, AzureBlobObjectStore::translate)
            .timeout(this.timeout)
            .publishOn(Schedulers.boundedElastic())
            .toFuture();
    }

    private static Exception translate(BlobStorageException answer) {
        return BlobErrorCode.BLOB_NOT_FOUND.equals(answer.getErrorCode())
                ? new ObjectNotFoundException("Azure has no such blob", null) : new Refusal(answer);
    }

    private BlockBlobAsyncClient blob(Map<String, String> location) {
        String name = location.get(CONTAINER);
        String key = location.get(KEY);
        // The client puts a container into the URL as it is, and a key encoded, slashes
        // included; but not ".." alone.
        if (name == null || !isContainerName(name)) {
            throw new IllegalArgumentException("the claim's container is not one that Azure has");
        }
        if (key == null || !KEY_FORM.matcher(key).matches()) {
            throw new IllegalArgumentException("the claim's key is not one that this driver writes");
        }
        return this.client.getBlobContainerAsyncClient(name).getBlobAsyncClient(key).getBlockBlobAsyncClient();
    }

    @Override
    public String describe(Map<String, String> location) {
        // A shared access signature would be in the query.
        return "container=" + location.get(CONTAINER) + ", key=" + location.get(KEY) + ", endpoint="
                + this.client.getAccountUrl().replaceFirst("\\?.*", "");
    }

    @Override
    public Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        if (failure instanceof Refusal refusal) {
            return diagnose(operation, location, refusal);
        }
        if (failure instanceof TimeoutException) {
            return new Diagnosis(Kind.TIMED_OUT,
                    "If the store is only slow, raise the driver's api-call-timeout and api-call-attempt-timeout");
        }
        if (failure instanceof ClientAuthenticationException) {
            return new Diagnosis(Kind.DENIED, "Set the driver's connection-string, or make credentials available to "
                    + "DefaultAzureCredential, such as a managed identity");
        }
        if (failure instanceof IOException) {
            return new Diagnosis(Kind.UNREACHABLE,
                    "Is the store reachable from here? Check the driver's endpoint or connection-string. A store may "
                            + "also close the connection of a large upload that it refuses: check the container and "
                            + "the credentials");
        }
        return Diagnosis.UNKNOWN;
    }

    private static Diagnosis diagnose(Operation operation, Map<String, String> location, Refusal refusal) {
        return switch (refusal.code) {
            case "ContainerNotFound" ->
                new Diagnosis(Kind.NO_BUCKET, "Create the container, or correct the driver's container property");
            case "AuthenticationFailed", "InvalidAuthenticationInfo", "NoAuthenticationInformation" ->
                new Diagnosis(Kind.DENIED, WRONG_CREDENTIALS);
            case "KeyBasedAuthenticationNotPermitted" -> new Diagnosis(Kind.DENIED,
                    "The storage account does not allow access with its keys: set the driver's endpoint instead of its "
                            + "connection-string, and DefaultAzureCredential is asked");
            case "BlobImmutableDueToPolicy" -> new Diagnosis(Kind.OTHER,
                    "Storing a payload again replaces its blob, which an immutability policy forbids: use a container "
                            + "without one");
            case "BlobArchived" -> new Diagnosis(Kind.OTHER,
                    "Rehydrate the blob, and let no lifecycle rule move payloads to the archive tier");
            case "ServerBusy" -> new Diagnosis(Kind.THROTTLED, null);
            case "OperationTimedOut" -> new Diagnosis(Kind.TIMED_OUT, null);
            default -> diagnoseStatus(operation, location, refusal);
        };
    }

    private static Diagnosis diagnoseStatus(Operation operation, Map<String, String> location, Refusal refusal) {
        // Azurite's word for wrong credentials is Azure's for a missing permission.
        if (refusal.status == 401 || String.valueOf(refusal.getMessage()).contains("failed to authenticate")) {
            return new Diagnosis(Kind.DENIED, WRONG_CREDENTIALS);
        }
        if (refusal.status == 403) {
            return new Diagnosis(Kind.DENIED, (operation == Operation.STORE)
                    ? "The credentials need the permission " + BLOBS + "write on the container, which the role Storage "
                            + "Blob Data Contributor has; a shared access signature needs create and write. The "
                            + "account's firewall gives this answer, too"
                    : "The credentials need the permission " + BLOBS + "read on the container, which the role Storage "
                            + "Blob Data Reader has; a shared access signature needs read. The account's firewall "
                            + "gives this answer, too");
        }
        int length = ObjectStore.require(location, KEY).length();
        if (refusal.status == 400 && length > MAX_KEY_LENGTH) {
            return new Diagnosis(Kind.OTHER, "The key is " + length + " characters long and Azure takes "
                    + MAX_KEY_LENGTH + ": use a shorter namespace or key-prefix");
        }
        if (refusal.status == 429) {
            return new Diagnosis(Kind.THROTTLED, null);
        }
        return (refusal.status >= 500) ? new Diagnosis(Kind.UNREACHABLE, null) : Diagnosis.UNKNOWN;
    }

    /**
     * What Azure answers instead of what was asked for, without the XML of its answer,
     * which would go to event history along with the message.
     */
    private static final class Refusal extends IOException {

        private static final Pattern MESSAGE = Pattern.compile("<Message>([^\r\n<]*)");

        private final int status;

        private final String code;

        Refusal(BlobStorageException answer) {
            super(String.format(Locale.ROOT, "Azure answered %d %s%s (request id %s)", answer.getStatusCode(),
                    answer.getErrorCode(), message(answer),
                    answer.getResponse().getHeaders().getValue(HttpHeaderName.X_MS_REQUEST_ID)));
            this.status = answer.getStatusCode();
            this.code = String.valueOf(answer.getErrorCode());
        }

        private static String message(BlobStorageException answer) {
            Matcher matcher = MESSAGE.matcher(answer.getServiceMessage());
            return matcher.find() ? ": " + matcher.group(1) : "";
        }

    }

}
