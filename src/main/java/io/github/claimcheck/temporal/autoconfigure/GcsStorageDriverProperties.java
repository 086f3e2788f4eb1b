package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.gcs.GcsObjectStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Settings of a driver that keeps payloads in Google Cloud Storage. */
class GcsStorageDriverProperties extends ContentAddressedStorageDriverProperties {

    /**
     * Bucket that the payloads go to.
     */
    private @Nullable String bucket;

    /**
     * Name of the Storage bean to use. Needed only where there are several and none is primary, or where it is not
     * for all drivers.
     */
    private @Nullable String client;

    /**
     * Project that the client names. Defaults to the one of the environment or of the credentials.
     */
    private @Nullable String projectId;

    /**
     * Endpoint of Cloud Storage, or of an emulator. One with http is used without credentials, unless they are set.
     */
    private @Nullable URI endpoint;

    /**
     * Put before the key of every object, followed by a slash.
     */
    private String keyPrefix = "";

    /**
     * File that holds the key of a service account. Defaults to what the Application Default Credentials find.
     */
    private @Nullable Path credentialsLocation;

    /**
     * Time that a request may take, retries included.
     */
    private Duration apiCallTimeout = Duration.ofSeconds(60);

    /**
     * Time that one attempt of a request waits for a connection, or for the next bytes of the answer.
     */
    private Duration readTimeout = Duration.ofSeconds(20);

    GcsStorageDriverProperties() {
        super(GcsObjectStore.DRIVER_TYPE);
    }

    public @Nullable String getBucket() {
        return this.bucket;
    }

    public void setBucket(@Nullable String bucket) {
        this.bucket = bucket;
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

}
