package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.s3.S3ObjectStore;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Settings of a driver that keeps payloads in Amazon S3, or in a store that speaks its protocol. */
class S3StorageDriverProperties extends ContentAddressedStorageDriverProperties {

    /**
     * Bucket that the payloads go to: a name, an access point ARN, or a Multi-Region Access Point ARN. Not needed where
     * an S3BucketResolver bean chooses the bucket.
     */
    private @Nullable String bucket;

    /**
     * Name of the S3BucketResolver bean that chooses the bucket of each payload. Needed only where there are several
     * and none is primary, or where it is not for all drivers.
     */
    private @Nullable String bucketResolver;

    /**
     * Name of the S3AsyncClient bean to use. Needed only where there are several and none is primary, or where it is
     * not for all drivers.
     */
    private @Nullable String client;

    /**
     * Region of the bucket. Defaults to what the AWS default region chain finds.
     */
    private @Nullable String region;

    /**
     * Endpoint of an S3-compatible store. Defaults to that of Amazon S3 in the region.
     */
    private @Nullable URI endpoint;

    /**
     * Whether the bucket is part of the path instead of the host name, as many S3-compatible stores need it.
     */
    private boolean pathStyleAccess = false;

    /**
     * Put before the key of every object, followed by a slash.
     */
    private String keyPrefix = "";

    /**
     * Time that a request may take, retries included.
     */
    private Duration apiCallTimeout = Duration.ofSeconds(60);

    /**
     * Time that one attempt of a request may take.
     */
    private Duration apiCallAttemptTimeout = Duration.ofSeconds(20);

    private final Credentials credentials = new Credentials();

    private final ServerSideEncryption serverSideEncryption = new ServerSideEncryption();

    S3StorageDriverProperties() {
        super(S3ObjectStore.DRIVER_TYPE);
    }

    public @Nullable String getBucket() {
        return this.bucket;
    }

    public void setBucket(@Nullable String bucket) {
        this.bucket = bucket;
    }

    public @Nullable String getBucketResolver() {
        return this.bucketResolver;
    }

    public void setBucketResolver(@Nullable String bucketResolver) {
        this.bucketResolver = bucketResolver;
    }

    public @Nullable String getClient() {
        return this.client;
    }

    public void setClient(@Nullable String client) {
        this.client = client;
    }

    public @Nullable String getRegion() {
        return this.region;
    }

    public void setRegion(@Nullable String region) {
        this.region = region;
    }

    public @Nullable URI getEndpoint() {
        return this.endpoint;
    }

    public void setEndpoint(@Nullable URI endpoint) {
        this.endpoint = endpoint;
    }

    public boolean isPathStyleAccess() {
        return this.pathStyleAccess;
    }

    public void setPathStyleAccess(boolean pathStyleAccess) {
        this.pathStyleAccess = pathStyleAccess;
    }

    public String getKeyPrefix() {
        return this.keyPrefix;
    }

    public void setKeyPrefix(String keyPrefix) {
        this.keyPrefix = keyPrefix;
    }

    public Duration getApiCallTimeout() {
        return this.apiCallTimeout;
    }

    public void setApiCallTimeout(Duration apiCallTimeout) {
        this.apiCallTimeout = apiCallTimeout;
    }

    public Duration getApiCallAttemptTimeout() {
        return this.apiCallAttemptTimeout;
    }

    public void setApiCallAttemptTimeout(Duration apiCallAttemptTimeout) {
        this.apiCallAttemptTimeout = apiCallAttemptTimeout;
    }

    public Credentials getCredentials() {
        return this.credentials;
    }

    public ServerSideEncryption getServerSideEncryption() {
        return this.serverSideEncryption;
    }

    /** Static credentials. Without them, the AWS default credentials chain is asked. */
    static class Credentials {

        /**
         * Access key id. Defaults to what the AWS default credentials chain finds.
         */
        private @Nullable String accessKeyId;

        /**
         * Secret access key. Needed where an access key id is set.
         */
        private @Nullable String secretAccessKey;

        public @Nullable String getAccessKeyId() {
            return this.accessKeyId;
        }

        public void setAccessKeyId(@Nullable String accessKeyId) {
            this.accessKeyId = accessKeyId;
        }

        public @Nullable String getSecretAccessKey() {
            return this.secretAccessKey;
        }

        public void setSecretAccessKey(@Nullable String secretAccessKey) {
            this.secretAccessKey = secretAccessKey;
        }

    }

    /** The server-side encryption that uploads ask for. */
    static class ServerSideEncryption {

        /**
         * Algorithm that S3 encrypts objects with. Defaults to the bucket's own setting.
         */
        private @Nullable String type;

        /**
         * Id, alias or ARN of the KMS key. Defaults to the AWS managed key.
         */
        private @Nullable String kmsKeyId;

        public @Nullable String getType() {
            return this.type;
        }

        public void setType(@Nullable String type) {
            this.type = type;
        }

        public @Nullable String getKmsKeyId() {
            return this.kmsKeyId;
        }

        public void setKmsKeyId(@Nullable String kmsKeyId) {
            this.kmsKeyId = kmsKeyId;
        }

    }

}
