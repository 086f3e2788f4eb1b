package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverProperties;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Configuration properties of a driver on Amazon S3 or an S3-compatible store.
 */
@ConfigurationProperties("temporal.external-storage.drivers.s3")
class S3StorageDriverProperties extends ContentAddressedStorageDriverProperties {

    /**
     * Bucket name, access point ARN or Multi-Region Access Point ARN.
     */
    private @Nullable String bucket;

    /**
     * Other buckets to retrieve from: earlier ones, and those of an S3BucketResolver.
     */
    private List<String> additionalBuckets = new ArrayList<>();

    /**
     * Name of the S3BucketResolver bean to use.
     */
    private @Nullable String bucketResolver;

    /**
     * Name of the S3AsyncClient bean to use.
     */
    private @Nullable String client;

    /**
     * Region of the bucket. Defaults to an AwsRegionProvider bean or the AWS default
     * chain.
     */
    private @Nullable String region;

    /**
     * Endpoint of an S3-compatible store.
     */
    private @Nullable URI endpoint;

    /**
     * Whether to use path-style access instead of virtual-hosted-style access.
     */
    private boolean pathStyleAccess = false;

    /**
     * Prefix of object keys.
     */
    private String keyPrefix = "";

    /**
     * Earlier prefixes of object keys to retrieve from. / stands for no prefix.
     */
    private List<String> additionalKeyPrefixes = new ArrayList<>();

    /**
     * Timeout of a transfer, including retries.
     */
    private Duration apiCallTimeout = Duration.ofSeconds(60);

    /**
     * Timeout of one attempt of a transfer.
     */
    private Duration apiCallAttemptTimeout = Duration.ofSeconds(20);

    /**
     * Checksum that uploads include: sha256, sdk for the AWS SDK's default, or none.
     */
    private String uploadChecksum = "sha256";

    /**
     * Whether large uploads wait for the store to accept their headers.
     */
    private boolean expectContinue = false;

    /**
     * Name of the AwsCredentialsProvider bean to use.
     */
    private @Nullable String credentialsProvider;

    private final Credentials credentials = new Credentials();

    private final Ssl ssl = new Ssl();

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

    public List<String> getAdditionalBuckets() {
        return this.additionalBuckets;
    }

    public void setAdditionalBuckets(List<String> additionalBuckets) {
        this.additionalBuckets = additionalBuckets;
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

    public List<String> getAdditionalKeyPrefixes() {
        return this.additionalKeyPrefixes;
    }

    public void setAdditionalKeyPrefixes(List<String> additionalKeyPrefixes) {
        this.additionalKeyPrefixes = additionalKeyPrefixes;
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

    public String getUploadChecksum() {
        return this.uploadChecksum;
    }

    public void setUploadChecksum(String uploadChecksum) {
        this.uploadChecksum = uploadChecksum;
    }

    public boolean isExpectContinue() {
        return this.expectContinue;
    }

    public void setExpectContinue(boolean expectContinue) {
        this.expectContinue = expectContinue;
    }

    public @Nullable String getCredentialsProvider() {
        return this.credentialsProvider;
    }

    public void setCredentialsProvider(@Nullable String credentialsProvider) {
        this.credentialsProvider = credentialsProvider;
    }

    public Ssl getSsl() {
        return this.ssl;
    }

    public Credentials getCredentials() {
        return this.credentials;
    }

    public ServerSideEncryption getServerSideEncryption() {
        return this.serverSideEncryption;
    }

    /** Properties of static credentials. */
    static class Credentials {

        /**
         * Access key ID. Defaults to an AwsCredentialsProvider bean or the AWS default
         * chain.
         */
        private @Nullable String accessKeyId;

        /**
         * Secret access key.
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

    /** Properties of the TLS connection to the store. */
    static class Ssl {

        /**
         * Name of the SSL bundle to use. Defaults to what Java trusts.
         */
        private @Nullable String bundle;

        public @Nullable String getBundle() {
            return this.bundle;
        }

        public void setBundle(@Nullable String bundle) {
            this.bundle = bundle;
        }

    }

    /** Properties of the server-side encryption that uploads request. */
    static class ServerSideEncryption {

        /**
         * Server-side encryption algorithm. Defaults to the bucket's setting.
         */
        private @Nullable String type;

        /**
         * KMS key ID, alias or ARN. Defaults to the AWS managed key.
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
