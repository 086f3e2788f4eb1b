package io.github.claimcheck.temporal.store.gcs;

import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Storage;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import io.github.claimcheck.temporal.spi.ApplicationBean;
import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverFactory;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.SslMaterial;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/**
 * Creates Google Cloud Storage stores with the application's client, or with one created
 * from the properties.
 */
final class GcsStorageDriverFactory implements ContentAddressedStorageDriverFactory<GcsStorageDriverProperties> {

    private final String type;

    private final ApplicationBean<Storage> client;

    private final ObjectProvider<SslBundles> sslBundles;

    GcsStorageDriverFactory(String type, ApplicationBean<Storage> client, ObjectProvider<SslBundles> sslBundles) {
        this.type = type;
        this.client = client;
        this.sslBundles = sslBundles;
    }

    @Override
    public String getType() {
        return this.type;
    }

    @Override
    public GcsStorageDriverProperties newProperties() {
        return new GcsStorageDriverProperties();
    }

    @Override
    public ObjectStore createStore(StorageDriverId id, GcsStorageDriverProperties properties,
            DriverResources resources) {
        String bucket = bucket(id, id.property("bucket"), properties.getBucket());
        String keyPrefix = id.property("key-prefix").requireKeyPrefix(properties.getKeyPrefix());
        StorageDriverProperty additional = id.property("additional-buckets");
        Set<String> buckets = new HashSet<>(Set.of(bucket));
        properties.getAdditionalBuckets().forEach((earlier) -> buckets.add(bucket(id, additional, earlier)));
        OwnPlaces places = OwnPlaces
            .withKeyPrefixes(keyPrefix,
                    id.property("additional-key-prefixes").requireKeyPrefixes(properties.getAdditionalKeyPrefixes()))
            .inBuckets(GcsObjectStore.BUCKET, buckets::contains, additional.name());
        Duration timeout = id.property("api-call-timeout").requirePositive(properties.getApiCallTimeout(), "60s");
        Storage applicationClient = this.client.find(id.property("client"), properties.getClient());
        if (applicationClient != null) {
            this.client.warnOfUnused(id, properties, newProperties(), "project-id", "endpoint", "credentials-location",
                    "read-timeout", "ssl.bundle");
            return new GcsObjectStore(GcsClient.of(applicationClient), bucket, keyPrefix, places, timeout);
        }
        return new GcsObjectStore(newClient(id, properties, timeout), bucket, keyPrefix, places, timeout);
    }

    private static String bucket(StorageDriverId id, StorageDriverProperty property, @Nullable String configured) {
        String bucket = property.require(configured, "Set " + property + " to the name of a bucket.");
        if (!bucket.matches("[a-z0-9][a-z0-9._-]*")) {
            throw property.invalid(bucket, "is not a valid bucket name",
                    "Set " + property
                            + " to the bucket's name, in lower case, without gs:// or a path. For a path, set "
                            + id.property("key-prefix") + ".");
        }
        return bucket;
    }

    private GcsClient newClient(StorageDriverId id, GcsStorageDriverProperties properties, Duration timeout) {
        Duration readTimeout = id.property("read-timeout").requirePositive(properties.getReadTimeout(), "20s");
        id.property("read-timeout")
            .warnIfLonger(readTimeout, new GcsStorageDriverProperties().getReadTimeout(),
                    id.property("api-call-timeout"), timeout);
        URI endpoint = properties.getEndpoint();
        if (endpoint != null) {
            id.property("endpoint")
                .requireHttpUrl(endpoint, id.property("credentials-location").toString(), "http://localhost:4443");
        }
        String projectId = StringUtils.hasText(properties.getProjectId()) ? properties.getProjectId() : null;
        SslMaterial ssl = SslMaterial.find(this.sslBundles, id.property("ssl.bundle"), properties.getSsl().getBundle());
        return GcsClient.create(endpoint, projectId, credentials(id, properties), timeout, readTimeout,
                (ssl != null) ? ssl.createSslContext() : null);
    }

    private static Credentials credentials(StorageDriverId id, GcsStorageDriverProperties properties) {
        StorageDriverProperty property = id.property("credentials-location");
        Path location = properties.getCredentialsLocation();
        if (location != null && !location.toString().isBlank()) {
            try (InputStream key = Files.newInputStream(location)) {
                return ServiceAccountCredentials.fromStream(key);
            }
            catch (IOException | RuntimeException ex) {
                // Omits the message and the cause, which may quote the file's content.
                throw new ExternalStorageConfigurationException(
                        property + " is " + location
                                + (Files.isReadable(location) ? ", which is not a valid key file of a service account."
                                        : ", which is not a readable file."),
                        "Set " + property + " to the JSON key file of a service account, or remove it to use the "
                                + "Application Default Credentials.");
            }
        }
        // Never send a token in clear text.
        if (properties.getEndpoint() != null && "http".equals(properties.getEndpoint().getScheme())) {
            return NoCredentials.getInstance();
        }
        try {
            return GoogleCredentials.getApplicationDefault();
        }
        catch (IOException ex) {
            throw new ExternalStorageConfigurationException(
                    property + " is not set, and there are no Application Default Credentials.",
                    "Set " + property + " or the environment variable GOOGLE_APPLICATION_CREDENTIALS to the JSON key "
                            + "file of a service account. Or run the application on Google Cloud, or run gcloud auth "
                            + "application-default login.",
                    ex);
        }
    }

}
