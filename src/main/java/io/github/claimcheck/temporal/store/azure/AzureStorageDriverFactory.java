package io.github.claimcheck.temporal.store.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.storage.blob.BlobServiceAsyncClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import io.github.claimcheck.temporal.internal.ClientSettings;
import io.github.claimcheck.temporal.spi.ApplicationBean;
import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverFactory;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.SslMaterial;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Creates Azure Blob Storage stores with the application's client, or with one created
 * from the properties.
 */
final class AzureStorageDriverFactory implements ContentAddressedStorageDriverFactory<AzureStorageDriverProperties> {

    private static final String DEFAULT_CREDENTIAL = "com.azure.identity.DefaultAzureCredentialBuilder";

    private static final Pattern ACCOUNT_KEY = Pattern.compile("(?i)AccountKey=([^;]*)");

    private static final int MAX_ATTEMPTS = 4;

    /**
     * The delay before the first retry. The library's default of 4s is long for a caller
     * that waits for a workflow's result.
     */
    private static final Duration RETRY_DELAY = Duration.ofMillis(200);

    private static final Duration MAX_RETRY_DELAY = Duration.ofSeconds(5);

    private final String type;

    private final ApplicationBean<BlobServiceAsyncClient> client;

    private final ObjectProvider<SslBundles> sslBundles;

    AzureStorageDriverFactory(String type, ApplicationBean<BlobServiceAsyncClient> client,
            ObjectProvider<SslBundles> sslBundles) {
        this.type = type;
        this.client = client;
        this.sslBundles = sslBundles;
    }

    @Override
    public String getType() {
        return this.type;
    }

    @Override
    public AzureStorageDriverProperties newProperties() {
        return new AzureStorageDriverProperties();
    }

    @Override
    public ObjectStore createStore(StorageDriverId id, AzureStorageDriverProperties properties,
            DriverResources resources) {
        String container = container(id, id.property("container"), properties.getContainer());
        String keyPrefix = id.property("key-prefix").requireKeyPrefix(properties.getKeyPrefix());
        StorageDriverProperty additional = id.property("additional-containers");
        Set<String> containers = new HashSet<>(Set.of(container));
        properties.getAdditionalContainers().forEach((earlier) -> containers.add(container(id, additional, earlier)));
        OwnPlaces places = OwnPlaces
            .withKeyPrefixes(keyPrefix,
                    id.property("additional-key-prefixes").requireKeyPrefixes(properties.getAdditionalKeyPrefixes()))
            .inBuckets(AzureBlobObjectStore.CONTAINER, containers::contains, additional.name());
        Duration timeout = id.property("api-call-timeout").requirePositive(properties.getApiCallTimeout(), "60s");
        BlobServiceAsyncClient applicationClient = this.client.find(id.property("client"), properties.getClient());
        if (applicationClient != null) {
            this.client.warnOfUnused(id, properties, newProperties(), "endpoint", "connection-string",
                    "api-call-attempt-timeout", "managed-identity-client-id", "ssl.bundle");
            return new AzureBlobObjectStore(applicationClient, container, keyPrefix, places, timeout,
                    ClientSettings.ofBean(BlobServiceAsyncClient.class));
        }
        return new AzureBlobObjectStore(newClient(id, properties), container, keyPrefix, places, timeout,
                ClientSettings.OF_DRIVER);
    }

    private static String container(StorageDriverId id, StorageDriverProperty property, @Nullable String configured) {
        String container = property.require(configured,
                "Set " + property + " to the name of a container in the storage account.");
        if (!AzureBlobObjectStore.isContainerName(container)) {
            throw property.invalid(container, "is not a valid container name",
                    "Set " + property + " to a name of 3 to 63 lower-case letters, digits and single dashes. For the "
                            + "account's URL, set " + id.property("endpoint") + ", and for a path, set "
                            + id.property("key-prefix") + ".");
        }
        return container;
    }

    private BlobServiceAsyncClient newClient(StorageDriverId id, AzureStorageDriverProperties properties) {
        StorageDriverProperty endpoint = id.property("endpoint");
        StorageDriverProperty connectionString = id.property("connection-string");
        id.property("api-call-attempt-timeout")
            .warnIfLonger(properties.getApiCallAttemptTimeout(),
                    new AzureStorageDriverProperties().getApiCallAttemptTimeout(), id.property("api-call-timeout"),
                    properties.getApiCallTimeout());
        BlobServiceClientBuilder builder = new BlobServiceClientBuilder()
            .retryOptions(new RequestRetryOptions(RetryPolicyType.EXPONENTIAL, MAX_ATTEMPTS,
                    attemptTimeout(id.property("api-call-attempt-timeout"), properties.getApiCallAttemptTimeout()),
                    RETRY_DELAY, MAX_RETRY_DELAY, null));
        SslMaterial ssl = SslMaterial.find(this.sslBundles, id.property("ssl.bundle"), properties.getSsl().getBundle());
        if (ssl != null) {
            builder.httpClient(AzureHttpClients.create(ssl));
        }
        URI url = properties.getEndpoint();
        String secret = StringUtils.hasText(properties.getConnectionString()) ? properties.getConnectionString() : null;
        if ((secret != null) == (url != null)) {
            throw new ExternalStorageConfigurationException(
                    (secret != null) ? endpoint + " and " + connectionString + " are both set."
                            : "Neither " + endpoint + " nor " + connectionString + " is set.",
                    "Set " + endpoint + " to the storage account's URL, such as "
                            + "https://account.blob.core.windows.net, to use DefaultAzureCredential. Or set "
                            + connectionString + ", which contains the URL and credentials. Do not set both.");
        }
        if (url != null) {
            return builder.endpoint(endpoint(endpoint, url))
                .credential(defaultCredential(id, properties.getManagedIdentityClientId()))
                .buildAsyncClient();
        }
        return newClient(builder, connectionString, Objects.requireNonNull(secret));
    }

    private static BlobServiceAsyncClient newClient(BlobServiceClientBuilder builder, StorageDriverProperty property,
            String connectionString) {
        try {
            Matcher accountKey = ACCOUNT_KEY.matcher(connectionString);
            if (accountKey.find()) {
                // The library decodes the key only at the first request.
                Base64.getDecoder().decode(accountKey.group(1).strip());
            }
            return builder.connectionString(connectionString).buildAsyncClient();
        }
        catch (RuntimeException ex) {
            // Omits the cause, whose message may contain a key.
            throw property.invalid(connectionString, "is not a valid connection string",
                    "Set " + property
                            + " to the connection string of the storage account's access keys, or of a shared "
                            + "access signature for its container.");
        }
    }

    private static Duration attemptTimeout(StorageDriverProperty property, Duration timeout) {
        if (timeout.toSeconds() < 1) {
            throw property.invalid(timeout.toMillis() + "ms", "is less than 1s, the minimum of the Azure library",
                    "Set " + property + " to a duration such as 20s, the default.");
        }
        return timeout;
    }

    private static String endpoint(StorageDriverProperty property, URI endpoint) {
        if (endpoint.getUserInfo() != null || endpoint.getQuery() != null) {
            throw new ExternalStorageConfigurationException(property + " contains credentials or a query.",
                    "Remove them from " + property + ". For a shared access signature, set "
                            + property.sibling("connection-string")
                            + " to BlobEndpoint=...;SharedAccessSignature=... instead.");
        }
        property.requireHost(endpoint);
        // The Azure library sends tokens only over https. Omits the value, which may be a
        // connection string.
        if (endpoint.getHost() == null || !"https".equals(endpoint.getScheme())) {
            throw new ExternalStorageConfigurationException(property + " is not a valid https URL.",
                    "Set " + property + " to the storage account's URL, such as "
                            + "https://account.blob.core.windows.net. For a store without TLS, such as Azurite, set "
                            + property.sibling("connection-string") + " instead.");
        }
        return endpoint.toString();
    }

    private static TokenCredential defaultCredential(StorageDriverId id, @Nullable String managedIdentityClientId) {
        if (!ClassUtils.isPresent(DEFAULT_CREDENTIAL, null)) {
            StorageDriverProperty connectionString = id.property("connection-string");
            throw new ExternalStorageConfigurationException(
                    connectionString + " is not set, and com.azure:azure-identity, which provides "
                            + "DefaultAzureCredential, is not on the class path.",
                    "Add the dependency com.azure:azure-identity, or set " + connectionString + " instead of "
                            + id.property("endpoint") + ", or declare a BlobServiceAsyncClient bean.");
        }
        DefaultAzureCredentialBuilder builder = new DefaultAzureCredentialBuilder();
        if (StringUtils.hasText(managedIdentityClientId)) {
            builder.managedIdentityClientId(managedIdentityClientId).workloadIdentityClientId(managedIdentityClientId);
        }
        return builder.build();
    }

}
