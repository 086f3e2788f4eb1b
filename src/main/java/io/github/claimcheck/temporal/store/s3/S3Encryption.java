package io.github.claimcheck.temporal.store.s3;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * The server-side encryption that uploads request. Immutable.
 *
 * @param type the algorithm; null for the bucket's default
 * @param kmsKeyId the id, alias or ARN of the KMS key; null for the AWS managed key, or *
 * without KMS
 */
record S3Encryption(@Nullable ServerSideEncryption type, @Nullable String kmsKeyId) {

    /** The bucket's default encryption. */
    static final S3Encryption BUCKET_DEFAULT = new S3Encryption(null, null);

}
