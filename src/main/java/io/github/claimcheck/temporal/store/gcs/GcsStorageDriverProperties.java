package io.github.claimcheck.temporal.store.gcs;

import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverProperties;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Configuration properties of a driver on Google Cloud Storage. */
@ConfigurationProperties("temporal.external-storage.drivers.gcs")
class GcsStorageDriverProperties extends ContentAddressedStorageDriverProperties {

    /**
     * Bucket name.
     */
    private @Nullable String bucket;

    /**
     * Other buckets to retrieve from, such as earlier ones.
     */
    private List<String> additionalBuckets = new ArrayList<>();

    /**
     * Name of the Storage bean to use.
     */
    private @Nullable String client;

    /**
     * Project ID. Defaults to the project of the environment or the credentials.
     */
    private @Nullable String projectId;

    /**
     * Endpoint of Cloud Storage or an emulator.
     */
    private @Nullable URI endpoint;

    /**
     * Prefix of object names.
     */
    private String keyPrefix = "";

    /**
     * Earlier prefixes of object names to retrieve from. / stands for no prefix.
     */
    private List<String> additionalKeyPrefixes = new ArrayList<>();

    /**
     * Key file of a service account. Defaults to the Application Default Credentials.
     */
    private @Nullable Path credentialsLocation;

    /**
     * Timeout of a transfer, including retries.
     */
    private Duration apiCallTimeout = Duration.ofSeconds(60);

    /**
     * Connect and read timeout.
     */
    private Duration readTimeout = Duration.ofSeconds(20);

    private final Ssl ssl = new Ssl();

    GcsStorageDriverProperties() {
        super(GcsObjectStore.DRIVER_TYPE);
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

    public @Nullable String getClient() {
        return this.client;
    }

    public void setClient(@Nullable String client) {
        this.client = client;
    }

    public @Nullable String getProjectId() {
        return this.projectId;
    }

    public void setProjectId(@Nullable String projectId) {
        this.projectId = projectId;
    }

    public @Nullable URI getEndpoint() {
        return this.endpoint;
    }

    public void setEndpoint(@Nullable URI endpoint) {
        this.endpoint = endpoint;
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

    public @Nullable Path getCredentialsLocation() {
        return this.credentialsLocation;
    }

    public void setCredentialsLocation(@Nullable Path credentialsLocation) {
        this.credentialsLocation = credentialsLocation;
    }

    public Duration getApiCallTimeout() {
        return this.apiCallTimeout;
    }

    public void setApiCallTimeout(Duration apiCallTimeout) {
        this.apiCallTimeout = apiCallTimeout;
    }

    public Duration getReadTimeout() {
        return this.readTimeout;
    }

    public void setReadTimeout(Duration readTimeout) {
        this.readTimeout = readTimeout;
    }

    public Ssl getSsl() {
        return this.ssl;
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

}
