package io.github.claimcheck.temporal.benchmark;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.claimcheck.temporal.driver.ObjectKey;
import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A driver that works as the S3 drivers of the official Go and Python SDKs: it sends a
 * HEAD before each upload, and downloads and verifies each requested object. It has their
 * keys and claims, and transfers the payloads of a list concurrently.
 */
final class OfficialStyleStorageDriver implements StorageDriver {

    private final S3AsyncClient client;

    private final String bucket;

    OfficialStyleStorageDriver(S3AsyncClient client, String bucket) {
        this.client = client;
        this.bucket = bucket;
    }

    @Override
    public String getName() {
        return "aws.s3driver";
    }

    @Override
    public String getType() {
        return "aws.s3driver";
    }

    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        return all(payloads, (payload) -> {
            byte[] content = payload.toByteArray();
            String digest = Payloads.sha256(content);
            String key = ObjectKey.of(context.getTarget(), digest, ObjectKey.MAX_LENGTH).value();
            return exists(key)
                .thenCompose((exists) -> exists ? CompletableFuture.completedFuture(null)
                        : this.client.putObject((request) -> request.bucket(this.bucket).key(key),
                                AsyncRequestBody.fromBytes(content)))
                .thenApply((stored) -> new StorageDriverClaim(
                        Map.of("bucket", this.bucket, "key", key, "hash_algorithm", "sha256", "hash_value", digest)));
        });
    }

    private CompletableFuture<Boolean> exists(String key) {
        return this.client.headObject((request) -> request.bucket(this.bucket).key(key)).handle((found, failure) -> {
            Throwable cause = (failure instanceof CompletionException) ? failure.getCause() : failure;
            if (cause != null && !(cause instanceof S3Exception answer && answer.statusCode() == 404)) {
                throw new CompletionException(cause);
            }
            return cause == null;
        });
    }

    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        return all(claims, (claim) -> {
            Map<String, String> data = claim.getClaimData();
            return this.client
                .getObject((request) -> request.bucket(data.get("bucket")).key(data.get("key")),
                        AsyncResponseTransformer.toBytes())
                .thenApply((object) -> verified(object.asByteArrayUnsafe(), data.get("hash_value")));
        });
    }

    private static Payload verified(byte[] content, String digest) {
        if (!Payloads.sha256(content).equals(digest)) {
            throw new IllegalStateException("The object is not the one that was stored");
        }
        try {
            return Payload.parseFrom(content);
        }
        catch (InvalidProtocolBufferException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static <I, R> CompletableFuture<List<R>> all(List<I> items, Function<I, CompletableFuture<R>> transfer) {
        List<CompletableFuture<R>> transfers = items.stream().map(transfer).toList();
        return CompletableFuture.allOf(transfers.toArray(CompletableFuture[]::new))
            .thenApply((done) -> transfers.stream().map(CompletableFuture::join).toList());
    }

}
