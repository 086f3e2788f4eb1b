package io.github.claimcheck.temporal.store.s3;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;

/**
 * Resolves the bucket of each stored payload. It is not called for retrieval, since the
 * bucket is part of the claim. But claims are untrusted, so a driver retrieves only from
 * its {@code additional-buckets}, and from buckets that {@link #isOwnBucket} accepts.
 * <p>
 * Implementations are thread-safe and do no I/O: they are called concurrently, on threads
 * that transfer payloads.
 */
@FunctionalInterface
public interface S3BucketResolver {

    /**
     * Resolves the bucket of a payload.
     * @param context the payload's target
     * @param payload the payload, after the data converter's codecs
     * @return a bucket name, an access point ARN or a Multi-Region Access Point ARN;
     * never null or empty
     */
    String resolveBucket(StorageDriverStoreContext context, Payload payload);

    /**
     * Returns whether this resolver chooses a bucket, or chose it earlier. To be
     * overridden if the buckets are too many for the driver's {@code additional-buckets},
     * or not known in advance. Compare whole names: bucket names are global, so anyone
     * can create a bucket whose name begins like yours.
     * @param bucket the untrusted bucket in a claim
     * @return whether to retrieve from the bucket; false by default
     */
    default boolean isOwnBucket(String bucket) {
        return false;
    }

}
