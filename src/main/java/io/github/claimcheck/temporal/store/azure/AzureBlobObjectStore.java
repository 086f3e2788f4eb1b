package io.github.claimcheck.temporal.store.azure;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.policy.AddHeadersFromContextPolicy;
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
import io.github.claimcheck.temporal.driver.OwnPlaces;
import io.github.claimcheck.temporal.internal.TlsFailures;
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
import reactor.util.context.Context;

/**
 * Stores objects as block blobs in Azure Blob Storage. A location contains
 * {@value #CONTAINER} and {@value ObjectStore#KEY}, the blob's name.
 * <p>
 * An upload is one Put Blob and a download one Get Blob, whatever the size; nothing else
 * is called. Put Blob replaces an existing blob, whose age starts anew. Uploads have no
 * checksum, since Azure supports only MD5 and CRC-64, which would have to be computed:
 * TLS and the length protect uploads, and the driver verifies the SHA-256 of downloads.
 * <p>
 * Thread-safe. No thread waits for a transfer. Its continuations run on Reactor's bounded
 * elastic threads, to keep Netty's threads free.
 */
final class AzureBlobObjectStore implements ObjectStore {

    /** The type and default name of drivers on this store. */
    static final String DRIVER_TYPE = "azure.blobdriver";

    static final String CONTAINER = "container";

    private static final Pattern CONTAINER_NAME = Pattern.compile("(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*");

    /** The maximum length of a blob's name, in characters. */
    private static final int MAX_KEY_LENGTH = 1024;

    private static final Pattern LAST_DOT = Pattern.compile("\\.(?=/)");

    /** The characters that encoding {@link #LAST_DOT} adds at most, in four segments. */
    private static final int DOTS_LENGTH = 4 * 2;

    private static final String BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/";

    private static final String WRONG_CREDENTIALS = "Azure rejected the credentials. Check the driver's "
            + "connection-string or the credentials of DefaultAzureCredential, and this machine's clock";

    private final BlobServiceAsyncClient client;

    private final String container;

    private final String keyPrefix;

    private final OwnPlaces places;

    private final Duration timeout;

    /**
     * Creates a store.
     * @param client the client, which need not be closed
     * @param container the container; see {@link #isContainerName}
     * @param keyPrefix the prefix of every key; may be empty
     * @param places the containers and prefixes that claims may name
     * @param timeout the timeout of a transfer, including the client's retries
     */
    AzureBlobObjectStore(BlobServiceAsyncClient client, String container, String keyPrefix, OwnPlaces places,
            Duration timeout) {
        this.client = client;
        this.container = container;
        this.keyPrefix = keyPrefix;
        this.places = places;
        this.timeout = timeout;
    }

    /**
     * Returns whether a container can have a name.
     * @param name any name
     * @return whether it consists of 3 to 63 lower-case letters, digits and single dashes
     */
    static boolean isContainerName(String name) {
        return CONTAINER_NAME.matcher(name).matches();
    }

    @Override
    public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        // The limit includes the prefix.
        ObjectKey key = ObjectKey.of(context.getTarget(), hexDigest,
                MAX_KEY_LENGTH - this.keyPrefix.length() - DOTS_LENGTH);
        // No segment of a blob's name may end with a dot. ObjectKey never encodes dots,
        // so names stay distinct.
        String name = this.keyPrefix + LAST_DOT.matcher(key.value()).replaceAll("%2E");
        return new Location(Map.of(CONTAINER, this.container, KEY, name), key.runScoped());
    }

    @Override
    public void requireOwn(Map<String, String> location, String hexDigest) {
        this.places.requireBucket(ObjectStore.require(location, CONTAINER));
        this.places.requireKey(ObjectStore.require(location, KEY), hexDigest);
    }

    @Override
    public CompletableFuture<?> put(Map<String, String> location, byte[] content, byte[] sha256) {
        return transfer(
                blob(location).uploadWithResponse(new BlockBlobSimpleUploadOptions(BinaryData.fromBytes(content))));
    }

    @Override
    public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
        return transfer(download(location, admission));
    }

    @Override
    public CompletableFuture<byte[]> getUncached(Map<String, String> location, Admission admission) {
        return transfer(download(location, admission)
            .contextWrite(Context.of(AddHeadersFromContextPolicy.AZURE_REQUEST_HTTP_HEADERS_KEY,
                    new HttpHeaders().set(HttpHeaderName.CACHE_CONTROL, "no-cache"))));
    }

    private Mono<byte[]> download(Map<String, String> location, Admission admission) {
        return blob(location).downloadStreamWithResponse(null, null, null, false)
            // Closes the response if its body is never read, because the admission failed
            // or was cancelled.
            .flatMap((response) -> Mono.using(() -> response, (open) -> content(open, admission),
                    AzureBlobObjectStore::close));
    }

    private static Mono<byte[]> content(BlobDownloadAsyncResponse response, Admission admission) {
        Long size = response.getDeserializedHeaders().getContentLength();
        if (size == null) {
            return Mono.error(new IOException("Azure does not say how large the blob is"));
        }
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
            throw new IllegalStateException("Releasing a connection does no I/O", ex);
        }
    }

    private <T> CompletableFuture<T> transfer(Mono<T> transfer) {
        return transfer.onErrorMap(BlobStorageException.class, AzureBlobObjectStore::translate)
            .timeout(this.timeout)
            .publishOn(Schedulers.boundedElastic())
            .toFuture();
    }

    private static Exception translate(BlobStorageException exception) {
        return BlobErrorCode.BLOB_NOT_FOUND.equals(exception.getErrorCode())
                ? new ObjectNotFoundException("the blob does not exist", null) : new ErrorResponse(exception);
    }

    private BlockBlobAsyncClient blob(Map<String, String> location) {
        // The client adds the container to the URL without encoding. It encodes the
        // key, slashes included, but not a sole "..".
        return this.client.getBlobContainerAsyncClient(ObjectStore.require(location, CONTAINER))
            .getBlobAsyncClient(ObjectStore.require(location, KEY))
            .getBlockBlobAsyncClient();
    }

    @Override
    public String describe(Map<String, String> location) {
        // The query may contain a shared access signature.
        return "container=" + location.get(CONTAINER) + ", key=" + location.get(KEY) + ", endpoint="
                + this.client.getAccountUrl().replaceFirst("\\?.*", "");
    }

    @Override
    public Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        if (failure instanceof ErrorResponse response) {
            return diagnose(operation, location, response);
        }
        if (failure instanceof TimeoutException) {
            return new Diagnosis(Kind.TIMED_OUT,
                    "If the store is slow, increase the driver's api-call-timeout and api-call-attempt-timeout");
        }
        if (failure instanceof ClientAuthenticationException) {
            return new Diagnosis(Kind.DENIED,
                    "Set the driver's connection-string, or provide credentials to "
                            + "DefaultAzureCredential, such as a managed identity. If there are several user-assigned "
                            + "identities, set the driver's managed-identity-client-id or the environment variable "
                            + "AZURE_CLIENT_ID to the client id of one of them");
        }
        String tls = TlsFailures.remedy(failure, "the driver's ssl.bundle",
                "the driver's endpoint or connection-string");
        if (tls != null) {
            return new Diagnosis(Kind.UNREACHABLE, tls);
        }
        if (failure instanceof IOException) {
            return new Diagnosis(Kind.UNREACHABLE,
                    "Check the network and the driver's endpoint or connection-string, with its scheme and port. A "
                            + "store may also close the connection when it rejects a large upload: check the container and the credentials");
        }
        return Diagnosis.UNKNOWN;
    }

    private static Diagnosis diagnose(Operation operation, Map<String, String> location, ErrorResponse response) {
        return switch (response.code) {
            case "ContainerNotFound" ->
                new Diagnosis(Kind.NO_BUCKET, "Create the container, or correct the driver's container property");
            case "AuthenticationFailed", "InvalidAuthenticationInfo", "NoAuthenticationInformation" ->
                new Diagnosis(Kind.DENIED, WRONG_CREDENTIALS);
            case "KeyBasedAuthenticationNotPermitted" -> new Diagnosis(Kind.DENIED,
                    "The storage account does not allow access with account keys. Set the driver's endpoint instead of "
                            + "its connection-string, to use DefaultAzureCredential");
            case "BlobImmutableDueToPolicy" -> new Diagnosis(Kind.OTHER,
                    "Storing a payload again replaces its blob, which the container's immutability policy forbids. Use a "
                            + "container without such a policy");
            case "BlobArchived" -> new Diagnosis(Kind.OTHER,
                    "Rehydrate the blob, and remove lifecycle rules that move payloads to the archive tier");
            case "ServerBusy" -> new Diagnosis(Kind.THROTTLED, null);
            case "OperationTimedOut" -> new Diagnosis(Kind.TIMED_OUT, null);
            default -> diagnoseStatus(operation, location, response);
        };
    }

    private static Diagnosis diagnoseStatus(Operation operation, Map<String, String> location, ErrorResponse response) {
        // Azurite's code for wrong credentials is Azure's for a missing permission.
        if (response.status == 401 || String.valueOf(response.getMessage()).contains("failed to authenticate")) {
            return new Diagnosis(Kind.DENIED, WRONG_CREDENTIALS);
        }
        if (response.status == 403) {
            return new Diagnosis(Kind.DENIED, (operation == Operation.STORE)
                    ? "Grant the credentials the permission " + BLOBS + "write on the container, for instance with the "
                            + "role Storage Blob Data Contributor. A shared access signature needs create and write. "
                            + "The account's firewall also responds like this"
                    : "Grant the credentials the permission " + BLOBS + "read on the container, for instance with the "
                            + "role Storage Blob Data Reader. A shared access signature needs read. The account's "
                            + "firewall also responds like this");
        }
        int length = ObjectStore.require(location, KEY).length();
        if (response.status == 400 && length > MAX_KEY_LENGTH) {
            return new Diagnosis(Kind.REFUSED, "The key is " + length + " characters long, but Azure allows "
                    + MAX_KEY_LENGTH + ". Use a shorter namespace or key-prefix");
        }
        if (response.status == 429) {
            return new Diagnosis(Kind.THROTTLED, null);
        }
        return (response.status >= 500) ? new Diagnosis(Kind.UNREACHABLE, null) : Diagnosis.UNKNOWN;
    }

    /**
     * An error response of Azure. Its message omits the response's XML, which would end
     * up in event history.
     */
    private static final class ErrorResponse extends IOException {

        private static final Pattern MESSAGE = Pattern.compile("<Message>([^\r\n<]*)");

        private final int status;

        private final String code;

        ErrorResponse(BlobStorageException exception) {
            super(String.format(Locale.ROOT, "Azure responded with %d %s%s (request id %s)", exception.getStatusCode(),
                    exception.getErrorCode(), message(exception),
                    exception.getResponse().getHeaders().getValue(HttpHeaderName.X_MS_REQUEST_ID)));
            this.status = exception.getStatusCode();
            this.code = String.valueOf(exception.getErrorCode());
        }

        private static String message(BlobStorageException exception) {
            Matcher matcher = MESSAGE.matcher(exception.getServiceMessage());
            return matcher.find() ? ": " + matcher.group(1) : "";
        }

    }

}
