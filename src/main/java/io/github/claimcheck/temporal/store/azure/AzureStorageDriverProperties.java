package io.github.claimcheck.temporal.store.azure;

import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverProperties;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Configuration properties of a driver on Azure Blob Storage. */
@ConfigurationProperties("temporal.external-storage.drivers.azure")
class AzureStorageDriverProperties extends ContentAddressedStorageDriverProperties {

    /**
     * Container name.
     */
    private @Nullable String container;

    /**
     * Other containers to retrieve from, such as earlier ones.
     */
    private List<String> additionalContainers = new ArrayList<>();

    /**
     * Name of the BlobServiceAsyncClient bean to use.
     */
    private @Nullable String client;

    /**
     * Blob endpoint of the storage account, for use with DefaultAzureCredential.
     */
    private @Nullable URI endpoint;

    /**
     * Connection string of the storage account, instead of an endpoint.
     */
    private @Nullable String connectionString;

    /**
     * Prefix of blob names.
     */
    private String keyPrefix = "";

    /**
     * Earlier prefixes of blob names to retrieve from. / stands for no prefix.
     */
    private List<String> additionalKeyPrefixes = new ArrayList<>();

    /**
     * Timeout of a transfer, including retries.
     */
    private Duration apiCallTimeout = Duration.ofSeconds(60);

    /**
     * Timeout of one attempt until the response begins. At least 1s.
     */
    private Duration apiCallAttemptTimeout = Duration.ofSeconds(20);

    /**
     * Client ID of the user-assigned managed identity. Defaults to AZURE_CLIENT_ID.
     */
    private @Nullable String managedIdentityClientId;

    private final Ssl ssl = new Ssl();

    AzureStorageDriverProperties() {
        super(AzureBlobObjectStore.DRIVER_TYPE);
    }

    public @Nullable String getContainer() {
        return this.container;
    }

    public void setContainer(@Nullable String container) {
        this.container = container;
    }

    public List<String> getAdditionalContainers() {
        return this.additionalContainers;
    }

    public void setAdditionalContainers(List<String> additionalContainers) {
        this.additionalContainers = additionalContainers;
    }

    public @Nullable String getClient() {
        return this.client;
    }

    public void setClient(@Nullable String client) {
        this.client = client;
    }

    public @Nullable URI getEndpoint() {
        return this.endpoint;
    }

    public void setEndpoint(@Nullable URI endpoint) {
        this.endpoint = endpoint;
    }

    public @Nullable String getConnectionString() {
        return this.connectionString;
    }

    public void setConnectionString(@Nullable String connectionString) {
        this.connectionString = connectionString;
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

    public @Nullable String getManagedIdentityClientId() {
        return this.managedIdentityClientId;
    }

    public void setManagedIdentityClientId(@Nullable String managedIdentityClientId) {
        this.managedIdentityClientId = managedIdentityClientId;
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
