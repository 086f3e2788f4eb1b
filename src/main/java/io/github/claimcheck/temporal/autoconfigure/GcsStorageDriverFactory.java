package io.github.claimcheck.temporal.autoconfigure;

import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Storage;
import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.gcs.GcsClient;
import io.github.claimcheck.temporal.driver.gcs.GcsObjectStore;
import io.temporal.payload.storage.StorageDriver;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** Makes drivers on Google Cloud Storage, on the application's client or on one made from the properties. */
final class GcsStorageDriverFactory implements StorageDriverFactory<GcsStorageDriverProperties> {

    private final ApplicationBean<Storage> client;

    private final DriverResources resources;

    GcsStorageDriverFactory(ApplicationBean<Storage> client, DriverResources resources) {
        this.client = client;
        this.resources = resources;
    }

    @Override
    public String getType() {
        return "gcs";
    }

    @Override
    public GcsStorageDriverProperties newProperties() {
        return new GcsStorageDriverProperties();
    }

    @Override
    public StorageDriver create(String prefix, GcsStorageDriverProperties properties) {
        String bucket = bucket(prefix, properties.getBucket());
        String keyPrefix = StorageDriverPropertyRules.keyPrefix(prefix, properties.getKeyPrefix());
        Duration timeout = StorageDriverPropertyRules.positive(prefix + ".api-call-timeout",
                properties.getApiCallTimeout(), "60s");
        Storage applicationClient = this.client.find(prefix + ".client", properties.getClient());
        if (applicationClient != null) {
            warnOfUnusedProperties(prefix, properties);
        }
        GcsClient usedClient = (applicationClient != null) ? GcsClient.of(applicationClient)
                : newClient(prefix, properties, timeout);
        return new ContentAddressedStorageDriver(properties.getName(), GcsObjectStore.DRIVER_TYPE,
                properties.getMaxPayloadSize().toBytes(), prefix + ".max-payload-size",
                new GcsObjectStore(usedClient, bucket, keyPrefix, timeout), this.resources);
    }

    private static String bucket(String prefix, @Nullable String bucket) {
        if (!StringUtils.hasText(bucket)) {
            throw new ExternalStorageConfigurationException(prefix + " has no bucket.",
                    "Set " + prefix + ".bucket to the name of a bucket.");
        }
        if (!bucket.matches("[a-z0-9][a-z0-9._-]*")) {
            throw new ExternalStorageConfigurationException(
                    prefix + ".bucket is " + bucket + ", which is no name of a bucket.",
                    "Set " + prefix + ".bucket to the bucket's name alone, in lower case, without gs:// and without a "
                            + "path. A path goes into " + prefix + ".key-prefix.");
        }
        return bucket;
    }

    private static GcsClient newClient(String prefix, GcsStorageDriverProperties properties, Duration timeout) {
        Duration readTimeout = StorageDriverPropertyRules.positive(prefix + ".read-timeout",
                properties.getReadTimeout(), "20s");
        URI endpoint = properties.getEndpoint();
        if (endpoint != null) {
            StorageDriverPropertyRules.endpoint(prefix, endpoint, prefix + ".credentials-location",
                    "http://localhost:4443");
        }
        String projectId = StringUtils.hasText(properties.getProjectId()) ? properties.getProjectId() : null;
        return GcsClient.create(endpoint, projectId, credentials(prefix, properties), timeout, readTimeout);
    }

    private static Credentials credentials(String prefix, GcsStorageDriverProperties properties) {
        Path location = properties.getCredentialsLocation();
        if (location != null && !location.toString().isBlank()) {
            try (InputStream key = Files.newInputStream(location)) {
                return ServiceAccountCredentials.fromStream(key);
            }
            catch (IOException | RuntimeException ex) {
                // Neither the message nor the cause goes along: they may quote what is in the file.
                throw new ExternalStorageConfigurationException(
                        prefix + ".credentials-location is " + location
                                + (Files.isReadable(location) ? ", which holds no key of a service account."
                                        : ", which is no file that can be read."),
                        "Set " + prefix + ".credentials-location to the JSON key file of a service account; or remove "
                                + "it, and the Application Default Credentials are asked.");
            }
        }
        // A token must not go over the network in clear text.
        if (properties.getEndpoint() != null && "http".equals(properties.getEndpoint().getScheme())) {
            return NoCredentials.getInstance();
        }
        try {
            return GoogleCredentials.getApplicationDefault();
        }
        catch (IOException ex) {
            throw new ExternalStorageConfigurationException(
                    prefix + " has no credentials, and the Application Default Credentials find none.",
                    "Set " + prefix + ".credentials-location to the JSON key file of a service account, or the "
                            + "environment variable GOOGLE_APPLICATION_CREDENTIALS; or run where Google Cloud provides "
                            + "credentials; or use gcloud auth application-default login.",
                    ex);
        }
    }

    private static void warnOfUnusedProperties(String prefix, GcsStorageDriverProperties properties) {
        Map<String, Function<GcsStorageDriverProperties, @Nullable Object>> ofTheClient = new LinkedHashMap<>();
        ofTheClient.put("project-id", GcsStorageDriverProperties::getProjectId);
        ofTheClient.put("endpoint", GcsStorageDriverProperties::getEndpoint);
        ofTheClient.put("credentials-location", GcsStorageDriverProperties::getCredentialsLocation);
        ofTheClient.put("read-timeout", GcsStorageDriverProperties::getReadTimeout);
        StorageDriverPropertyRules.warnOfUnused("Storage", prefix, properties, new GcsStorageDriverProperties(),
                ofTheClient);
    }

}
