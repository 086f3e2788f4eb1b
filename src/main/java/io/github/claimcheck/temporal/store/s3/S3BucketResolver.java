package io.github.claimcheck.temporal.store.s3;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;

/**
 * Chooses the bucket for each payload that is stored. Retrieval does not ask: the bucket
 * is part of the claim.
 * <p>
 * Called concurrently, on threads that carry payloads: an implementation is thread-safe
 * and does no I/O.
 */
@FunctionalInterface
public interface S3BucketResolver {

    /**
     * @param context what the payload belongs to
     * @param payload the payload, after the data converter's codecs
     * @return a bucket name, an access point ARN or a Multi-Region Access Point ARN;
     * never null or empty
     */
    String resolveBucket(StorageDriverStoreContext context, Payload payload);

}
