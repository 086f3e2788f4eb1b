package io.github.claimcheck.temporal.store.azure;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.policy.AddHeadersFromContextPolicy;
import com.azure.core.util.BinaryData;
import com.azure.storage.blob.BlobServiceAsyncClient;
import com.azure.storage.blob.models.BlobDownloadAsyncResponse;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.specialized.BlockBlobAsyncClient;
import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.driver.ObjectKey;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import io.github.claimcheck.temporal.internal.ClientSettings;
import io.github.claimcheck.temporal.internal.ForeignAnswer;
import io.github.claimcheck.temporal.internal.Slices;
import io.github.claimcheck.temporal.internal.StorePlace;
import io.github.claimcheck.temporal.internal.TlsFailures;
import io.github.claimcheck.temporal.internal.Transfers;
import io.github.claimcheck.temporal.spi.Secrets;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/**
 * Stores objects as block blobs in Azure Blob Storage. A location contains
 * {@value #CONTAINER} and {@value ObjectStore#KEY}, the blob's name.
 * <p>
 * An upload is one Put Blob and a download one Get Blob, whatever the size; nothing else
 * is called. Put Blob replaces an existing blob, whose age starts anew. Uploads send no
 * checksum, since Azure supports only MD5 and CRC-64. The MD5 that Azure returns confirms
 * them, and the driver verifies the SHA-256 of downloads.
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
    static final int MAX_KEY_LENGTH = 1024;

    private static final Pattern LAST_DOT = Pattern.compile("\\.(?=/)");

    /** The characters that encoding {@link #LAST_DOT} adds at most, in four segments. */
    private static final int DOTS_LENGTH = 4 * 2;

    private final BlobServiceAsyncClient client;

    private final String container;

    private final String keyPrefix;

    private final OwnPlaces places;

    private final Duration timeout;

    private final ClientSettings settings;

    /**
     * Creates a store.
     * @param client the client, which need not be closed
     * @param container the container; see {@link #isContainerName}
     * @param keyPrefix the prefix of every key; may be empty
     * @param places the containers and prefixes that claims may name
     * @param timeout the timeout of a transfer, including the client's retries
     * @param settings names the settings of the client
     */
    AzureBlobObjectStore(BlobServiceAsyncClient client, String container, String keyPrefix, OwnPlaces places,
            Duration timeout, ClientSettings settings) {
        this.client = client;
        this.container = container;
        this.keyPrefix = keyPrefix;
        this.places = places;
        this.timeout = timeout;
        this.settings = settings;
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
    public CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256) {
        BinaryData parts = BinaryData.fromListByteBuffer(Slices.of(content));
        return transfer(AzureUploads.confirm(blob(location).uploadWithResponse(new BlockBlobSimpleUploadOptions(parts)),
                content));
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
            .onErrorMap(BlobStorageException.class, AzureBlobObjectStore::downloadFailure)
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
        return transfer.timeout(this.timeout).publishOn(Schedulers.boundedElastic()).toFuture();
    }

    /** A missing container, and a missing account, have codes of their own. */
    private static Exception downloadFailure(BlobStorageException exception) {
        AzureErrorResponse response = new AzureErrorResponse(exception);
        return (response.status() == 404 && !response.code().startsWith("Container")
                && !response.code().startsWith("Account"))
                        ? new ObjectNotFoundException("the blob does not exist", response) : response;
    }

    /** Each error of Azure has a code, unlike those of other servers. */
    @Override
    public CompletableFuture<Map<String, Object>> check(Map<String, String> nowhere) {
        return Transfers.one(() -> ObjectStore.super.check(nowhere), (details, failure) -> {
            // The library cannot read an error of another server.
            boolean foreign = failure instanceof HttpResponseException
                    && !(failure instanceof ClientAuthenticationException);
            foreign = foreign || (failure instanceof ObjectNotFoundException
                    && failure.getCause() instanceof AzureErrorResponse response && response.code().equals("null"));
            Transfers.rethrow(foreign ? new ForeignAnswer("its status is an error, without a code of Azure") : failure);
            return details;
        });
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
        String endpoint = endpoint();
        return "container=" + location.get(CONTAINER) + ", key=" + location.get(KEY)
                + ((endpoint != null) ? ", endpoint=" + endpoint : "");
    }

    private @Nullable String endpoint() {
        String url = ClientSettings.told(this.client::getAccountUrl);
        // The query may contain a shared access signature.
        return (url != null) ? Secrets.withoutUserInfo(url.replaceFirst("\\?.*", "")) : null;
    }

    @Override
    public Map<String, String> place() {
        return StorePlace.of(CONTAINER, this.container, this.keyPrefix, endpoint());
    }

    @Override
    public CompletableFuture<Expiry> readExpiry(String namespace) {
        return CompletableFuture.completedFuture(Expiry.unknown("Azure's lifecycle management rules belong to the "
                + "storage account's management, which the driver has no access to"));
    }

    @Override
    public Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        if (failure instanceof AzureErrorResponse response) {
            return new AzureDiagnosis(this.settings).of(operation, response,
                    ObjectStore.require(location, KEY).length());
        }
        if (failure instanceof TimeoutException) {
            return new Diagnosis(Kind.TIMED_OUT, "If the store is slow, increase the driver's api-call-timeout and "
                    + ((this.settings.bean() == null) ? "api-call-attempt-timeout" : this.settings.name("timeouts")));
        }
        if (failure instanceof ClientAuthenticationException) {
            return new Diagnosis(Kind.DENIED,
                    "Set " + this.settings
                        .name("connection-string, or provide credentials to DefaultAzureCredential, such as a managed "
                                + "identity. If there are several user-assigned identities, set the driver's "
                                + "managed-identity-client-id or the environment variable AZURE_CLIENT_ID to the "
                                + "client id of one of them", "credentials"));
        }
        String tls = TlsFailures.remedy(failure, this.settings.name("ssl.bundle", "SSL configuration"),
                this.settings.name("endpoint or connection-string", "endpoint"));
        if (tls != null) {
            return new Diagnosis(Kind.UNREACHABLE, tls);
        }
        if (failure instanceof IOException) {
            return new Diagnosis(Kind.UNREACHABLE,
                    "Check the network and "
                            + this.settings.name("endpoint or connection-string, with its scheme and port", "endpoint")
                            + ". A store may also close the connection when it rejects a large upload: check the "
                            + "container and the credentials");
        }
        return Diagnosis.UNKNOWN;
    }

}
