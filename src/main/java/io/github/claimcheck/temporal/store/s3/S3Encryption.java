package io.github.claimcheck.temporal.store.s3;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * The server-side encryption that uploads ask for.
 *
 * @param type the algorithm; null leaves it to the bucket's default
 * @param kmsKeyId the id, alias or ARN of the KMS key; null for the AWS managed key, or
 * where none is used
 */
record S3Encryption(@Nullable ServerSideEncryption type, @Nullable String kmsKeyId) {

    /** Leaves encryption to the bucket's default. */
    static final S3Encryption BUCKET_DEFAULT = new S3Encryption(null, null);

}
