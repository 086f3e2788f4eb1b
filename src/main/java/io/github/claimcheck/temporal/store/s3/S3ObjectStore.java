package io.github.claimcheck.temporal.store.s3;

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
import io.github.claimcheck.temporal.internal.ClientSettings;
import io.github.claimcheck.temporal.internal.ForeignAnswer;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.internal.StorePlace;
import io.github.claimcheck.temporal.internal.TlsFailures;
import io.github.claimcheck.temporal.internal.Transfers;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Stores objects in Amazon S3 or an S3-compatible store. A location contains
 * {@value #BUCKET} and {@value ObjectStore#KEY}, as the claims of the official S3 drivers
 * do.
 * <p>
 * Storing needs the permission {@code s3:PutObject}, and retrieving {@code s3:GetObject};
 * nothing else is called, except for the lifecycle rules. By default, each upload
 * includes its SHA-256, so that S3 rejects corrupted uploads.
 * <p>
 * Thread-safe.
 */
final class S3ObjectStore implements ObjectStore {

    /**
     * The type and default name of drivers on this store, as in every official Temporal
     * SDK.
     */
    static final String DRIVER_TYPE = "aws.s3driver";

    static final String BUCKET = "bucket";

    /** Netty's status for a response that it cannot read. */
    private static final int UNREADABLE = 999;

    private final S3AsyncClient client;

    private final boolean closeClient;

    private final S3BucketResolver buckets;

    private final String keyPrefix;

    private final OwnPlaces places;

    private final S3Uploads uploads;

    private final ClientSettings settings;

    /**
     * Creates a store.
     * @param client the client
     * @param closeClient whether {@link #close()} closes the client, which is then not
     * the application's own
     * @param buckets resolves the bucket of each payload
     * @param keyPrefix the prefix of every key; may be empty
     * @param places the buckets and prefixes that claims may name
     * @param uploads uploads objects
     */
    S3ObjectStore(S3AsyncClient client, boolean closeClient, S3BucketResolver buckets, String keyPrefix,
            OwnPlaces places, S3Uploads uploads) {
        this.client = client;
        this.closeClient = closeClient;
        this.buckets = buckets;
        this.keyPrefix = keyPrefix;
        this.places = places;
        this.uploads = uploads;
        this.settings = closeClient ? ClientSettings.OF_DRIVER : ClientSettings.ofBean(S3AsyncClient.class);
    }

    @Override
    public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        // The limit includes the prefix.
        int maxLength = ObjectKey.MAX_LENGTH - ObjectKey.length(this.keyPrefix);
        ObjectKey key = ObjectKey.of(context.getTarget(), hexDigest, maxLength);
        String bucket = this.buckets.resolveBucket(context, payload);
        if (bucket == null || bucket.isBlank()) {
            throw new IllegalStateException("The S3BucketResolver returned no bucket for the key "
                    + Quoted.of(key.value()) + ". Return a bucket for every payload. To keep a payload inline, return "
                    + "null from a StorageDriverSelector.");
        }
        return new Location(Map.of(BUCKET, bucket, KEY, this.keyPrefix + key.value()), key.runScoped());
    }

    @Override
    public void requireOwn(Map<String, String> location, String hexDigest) {
        this.places.requireBucket(ObjectStore.require(location, BUCKET));
        this.places.requireKey(ObjectStore.require(location, KEY), hexDigest);
    }

    @Override
    public CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256) {
        return this.uploads.put(location, content, sha256);
    }

    @Override
    public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
        return get(request(location).build(), admission);
    }

    @Override
    public CompletableFuture<byte[]> getUncached(Map<String, String> location, Admission admission) {
        return get(request(location)
            .overrideConfiguration((configuration) -> configuration.putHeader("Cache-Control", "no-cache"))
            .build(), admission);
    }

    private static GetObjectRequest.Builder request(Map<String, String> location) {
        return GetObjectRequest.builder()
            .bucket(ObjectStore.require(location, BUCKET))
            .key(ObjectStore.require(location, KEY));
    }

    private CompletableFuture<byte[]> get(GetObjectRequest request, Admission admission) {
        // Not the client's own future: after a failed admission, the client would retry.
        CompletableFuture<byte[]> content = new CompletableFuture<>();
        CompletableFuture<byte[]> download = this.client.getObject(request,
                new ContentResponseTransformer(admission, content));
        download.whenComplete((received, failure) -> {
            if (failure == null) {
                content.complete(received);
                return;
            }
            content.completeExceptionally(translated(Transfers.unwrap(failure)));
        });
        content.whenComplete((received, failure) -> {
            if (failure != null) {
                download.cancel(true);
            }
        });
        return content;
    }

    private static Throwable translated(Throwable failure) {
        if (failure instanceof S3Exception refused && S3Diagnosis.isMissingObject(refused)) {
            return new ObjectNotFoundException("the object does not exist", failure);
        }
        // The client has no exception of its own for this. Its message tells the
        // checksum.
        if (failure instanceof SdkClientException
                && String.valueOf(failure.getMessage()).contains("different checksum than expected")) {
            return new PayloadIntegrityException("its checksum differs from the one in S3's response", null);
        }
        return failure;
    }

    @Override
    public String describe(Map<String, String> location) {
        StringJoiner description = new StringJoiner(", ");
        description.add("bucket=" + location.get(BUCKET)).add("key=" + location.get(KEY));
        server().forEach((name, value) -> description.add(name + "=" + value));
        return description.toString();
    }

    /** Returns what of the client's settings tells the server, and is no secret. */
    private Map<String, String> server() {
        Map<String, String> server = new LinkedHashMap<>();
        Region region = ClientSettings.told(() -> this.client.serviceClientConfiguration().region());
        if (region != null) {
            server.put("region", region.id());
        }
        URI endpoint = ClientSettings
            .told(() -> this.client.serviceClientConfiguration().endpointOverride().orElse(null));
        if (endpoint != null) {
            server.put("endpoint", endpoint.getScheme() + "://" + endpoint.getHost()
                    + ((endpoint.getPort() >= 0) ? ":" + endpoint.getPort() : ""));
        }
        return server;
    }

    @Override
    public Map<String, String> place() {
        String name = (this.buckets instanceof OneBucket bucket) ? bucket.name()
                : "chosen by the application's S3BucketResolver bean";
        Map<String, String> place = StorePlace.of(BUCKET, name, this.keyPrefix, null);
        place.putAll(server());
        return place;
    }

    /** Each error of S3 has a code, unlike those of other servers. */
    @Override
    public CompletableFuture<Map<String, Object>> check(Map<String, String> nowhere) {
        return Transfers.one(() -> ObjectStore.super.check(nowhere), (details, failure) -> {
            Throwable answer = (failure instanceof ObjectNotFoundException) ? failure.getCause() : failure;
            if (answer instanceof S3Exception refused && (refused.statusCode() == 403 || refused.statusCode() == 404)
                    && S3Diagnosis.code(refused).isEmpty()) {
                Transfers.rethrow(new ForeignAnswer("status " + refused.statusCode() + " without a code of S3"));
            }
            Transfers.rethrow(failure);
            return details;
        });
    }

    @Override
    public CompletableFuture<Expiry> readExpiry(String namespace) {
        if (this.buckets instanceof OneBucket bucket) {
            KeySpace keys = KeySpace.of(this.keyPrefix, namespace,
                    (target) -> ObjectKey.of(target, "", Integer.MAX_VALUE));
            return new S3Lifecycle(this.client, bucket.name()).read(keys);
        }
        return CompletableFuture.completedFuture(
                Expiry.unknown("The application's S3BucketResolver bean chooses the bucket of each payload"));
    }

    @Override
    public Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        if (failure instanceof S3Exception refused) {
            return (refused.statusCode() == UNREADABLE)
                    ? new Diagnosis(Kind.UNREACHABLE, TlsFailures.notHttp(this.settings.name("endpoint")))
                    : new S3Diagnosis(this.settings, this.uploads.checksum(), !(this.buckets instanceof OneBucket))
                        .of(operation, location, refused);
        }
        Diagnosis credentials = S3SourcedCredentials.diagnose(failure, this.settings);
        if (credentials != null) {
            return credentials;
        }
        String tls = TlsFailures.remedy(failure, this.settings.name("ssl.bundle", "SSL configuration"),
                this.settings.name("endpoint"));
        if (tls != null) {
            return new Diagnosis(Kind.UNREACHABLE, tls);
        }
        if (failure instanceof ApiCallTimeoutException || failure instanceof ApiCallAttemptTimeoutException
                || isReadTimeout(failure.getCause())) {
            return new Diagnosis(Kind.TIMED_OUT, "If the store is slow, increase "
                    + this.settings.name("api-call-timeout and api-call-attempt-timeout", "timeouts"));
        }
        if (failure instanceof SdkClientException && failure.getCause() instanceof IOException) {
            return new Diagnosis(Kind.UNREACHABLE,
                    "Check the network and " + this.settings.name("endpoint, with its scheme and port, and region")
                            + ". A store may also close the connection when it rejects a large upload: check the "
                            + "bucket and the credentials");
        }
        return Diagnosis.UNKNOWN;
    }

    /** Returns whether reading timed out. A connection timeout is a ConnectException. */
    private static boolean isReadTimeout(@Nullable Throwable cause) {
        return cause instanceof IOException && !(cause instanceof ConnectException)
                && String.valueOf(cause.getMessage()).contains("timed out");
    }

    /** Closes the client if this store owns it. */
    @Override
    public void close() {
        if (this.closeClient) {
            this.client.close();
        }
    }

    /**
     * Resolves to the bucket that the driver's property names.
     *
     * @param name the bucket
     */
    record OneBucket(String name) implements S3BucketResolver {

        @Override
        public String resolveBucket(StorageDriverStoreContext context, Payload payload) {
            return this.name;
        }

    }

}
