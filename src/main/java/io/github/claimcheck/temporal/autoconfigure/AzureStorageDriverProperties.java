package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.azure.AzureBlobObjectStore;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Settings of a driver that keeps payloads in Azure Blob Storage. */
class AzureStorageDriverProperties extends ContentAddressedStorageDriverProperties {

    /**
     * Container that the payloads go to.
     */
    private @Nullable String container;

    /**
     * Name of the BlobServiceAsyncClient bean to use. Needed only where there are several and none is primary, or where
     * it is not for all drivers.
     */
    private @Nullable String client;

    /**
     * Endpoint of the storage account's blob service, such as https://account.blob.core.windows.net. Credentials for it
     * are what DefaultAzureCredential of azure-identity finds.
     */
    private @Nullable URI endpoint;

    /**
     * Connection string of the storage account, with an account key or a shared access signature, in place of an
     * endpoint.
     */
    private @Nullable String connectionString;

    /**
     * Put before the key of every object, followed by a slash.
     */
    private String keyPrefix = "";

    /**
     * Time that a transfer may take, retries included.
     */
    private Duration apiCallTimeout = Duration.ofSeconds(60);

    /**
     * Time that one attempt of a request may take until the answer begins. At least 1s.
     */
    private Duration apiCallAttemptTimeout = Duration.ofSeconds(20);

    AzureStorageDriverProperties() {
        super(AzureBlobObjectStore.DRIVER_TYPE);
    }

    public @Nullable String getContainer() {
        return this.container;
    }

    public void setContainer(@Nullable String container) {
        this.container = container;
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

}
