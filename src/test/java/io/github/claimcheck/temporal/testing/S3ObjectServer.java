package io.github.claimcheck.temporal.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Object;

/** An S3 server with a client, for what a test puts there or looks at. */
public interface S3ObjectServer extends ObjectServer {

    /** Returns the client, which the server closes. */
    S3AsyncClient getClient();

    /** Makes a bucket that no other test uses. */
    @Override
    default String createBucket() {
        String bucket = "bucket-" + UUID.randomUUID();
        createBucket(bucket);
        return bucket;
    }

    default void createBucket(String bucket) {
        getClient()
            .createBucket((request) -> request.bucket(bucket)
                .createBucketConfiguration((location) -> location.locationConstraint(S3Proxy.REGION)))
            .join();
    }

    @Override
    default List<String> keys(String bucket) {
        List<String> keys = new ArrayList<>();
        getClient().listObjectsV2Paginator((request) -> request.bucket(bucket))
            .contents()
            .map(S3Object::key)
            .subscribe(keys::add)
            .join();
        return keys;
    }

    @Override
    default byte[] content(String bucket, String key) {
        return getClient().getObject((request) -> request.bucket(bucket).key(key), AsyncResponseTransformer.toBytes())
            .join()
            .asByteArray();
    }

    @Override
    default void put(String bucket, String key, byte[] content) {
        getClient().putObject((request) -> request.bucket(bucket).key(key), AsyncRequestBody.fromBytes(content)).join();
    }

    @Override
    default void delete(String bucket, String key) {
        getClient().deleteObject((request) -> request.bucket(bucket).key(key)).join();
    }

}
