package io.github.claimcheck.temporal.autoconfigure;

import com.azure.core.credential.TokenCredential;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.storage.blob.BlobServiceAsyncClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.azure.AzureBlobObjectStore;
import io.temporal.payload.storage.StorageDriver;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/** Makes Azure Blob Storage drivers, on the application's client or on one made from the properties. */
final class AzureStorageDriverFactory implements StorageDriverFactory<AzureStorageDriverProperties> {

    private static final String DEFAULT_CREDENTIAL = "com.azure.identity.DefaultAzureCredentialBuilder";

    private static final Pattern ACCOUNT_KEY = Pattern.compile("(?i)AccountKey=([^;]*)");

    private static final int MAX_ATTEMPTS = 4;

    /** The library's own delays begin with 4s, which is long for somebody who waits for a workflow's result. */
    private static final Duration RETRY_DELAY = Duration.ofMillis(200);

    private static final Duration MAX_RETRY_DELAY = Duration.ofSeconds(5);

    private final ApplicationBean<BlobServiceAsyncClient> client;

    private final DriverResources resources;

    AzureStorageDriverFactory(ApplicationBean<BlobServiceAsyncClient> client, DriverResources resources) {
        this.client = client;
        this.resources = resources;
    }

    @Override
    public String getType() {
        return "azure";
    }

    @Override
    public AzureStorageDriverProperties newProperties() {
        return new AzureStorageDriverProperties();
    }

    @Override
    public StorageDriver create(String prefix, AzureStorageDriverProperties properties) {
        String container = container(prefix, properties.getContainer());
        Duration timeout = StorageDriverPropertyRules.positive(prefix + ".api-call-timeout",
                properties.getApiCallTimeout(), "60s");
        BlobServiceAsyncClient applicationClient = this.client.find(prefix + ".client", properties.getClient());
        if (applicationClient != null) {
            warnOfUnusedProperties(prefix, properties);
        }
        AzureBlobObjectStore store = new AzureBlobObjectStore(
                (applicationClient != null) ? applicationClient : client(prefix, properties), container,
                StorageDriverPropertyRules.keyPrefix(prefix, properties.getKeyPrefix()), timeout);
        return new ContentAddressedStorageDriver(properties.getName(), AzureBlobObjectStore.DRIVER_TYPE,
                properties.getMaxPayloadSize().toBytes(), prefix + ".max-payload-size", store, this.resources);
    }

    private static String container(String prefix, @Nullable String container) {
        if (!StringUtils.hasText(container)) {
            throw new ExternalStorageConfigurationException(prefix + " has no container.",
                    "Set " + prefix + ".container to the name of a container in the storage account.");
        }
        if (!AzureBlobObjectStore.isContainerName(container)) {
            throw new ExternalStorageConfigurationException(
                    prefix + ".container is " + container + ", which is no container's name.",
                    "Set " + prefix + ".container to the name alone, which is 3 to 63 lower-case letters, digits and "
                            + "single dashes. The account's URL goes into " + prefix + ".endpoint, and a path into "
                            + prefix + ".key-prefix.");
        }
        return container;
    }

    private static BlobServiceAsyncClient client(String prefix, AzureStorageDriverProperties properties) {
        BlobServiceClientBuilder builder = new BlobServiceClientBuilder()
            .retryOptions(new RequestRetryOptions(RetryPolicyType.EXPONENTIAL, MAX_ATTEMPTS,
                    attemptTimeout(prefix + ".api-call-attempt-timeout", properties.getApiCallAttemptTimeout()),
                    RETRY_DELAY, MAX_RETRY_DELAY, null));
        boolean hasConnectionString = StringUtils.hasText(properties.getConnectionString());
        if (hasConnectionString == (properties.getEndpoint() != null)) {
            throw new ExternalStorageConfigurationException(
                    prefix + (hasConnectionString ? " has both an endpoint and a connection string."
                            : " has neither an endpoint nor a connection string."),
                    "Set " + prefix + ".endpoint to the storage account's URL, such as "
                            + "https://account.blob.core.windows.net, to have DefaultAzureCredential find credentials; "
                            + "or set " + prefix + ".connection-string, which holds both. Not both.");
        }
        if (!hasConnectionString) {
            return builder.endpoint(endpoint(prefix, properties.getEndpoint()))
                .credential(defaultCredential(prefix))
                .buildAsyncClient();
        }
        try {
            Matcher accountKey = ACCOUNT_KEY.matcher(properties.getConnectionString());
            if (accountKey.find()) {
                // The library does it at the first request.
                Base64.getDecoder().decode(accountKey.group(1).strip());
            }
            return builder.connectionString(properties.getConnectionString()).buildAsyncClient();
        }
        catch (RuntimeException ex) {
            // What the library says of it may hold a key.
            throw new ExternalStorageConfigurationException(
                    prefix + ".connection-string is none that the Azure library can read.",
                    "Copy " + prefix + ".connection-string from the storage account's access keys, or from a shared "
                            + "access signature that was made for its container.");
        }
    }

    private static Duration attemptTimeout(String property, Duration timeout) {
        if (timeout.toSeconds() < 1) {
            throw new ExternalStorageConfigurationException(
                    property + " is " + timeout.toMillis() + "ms, and the Azure library takes no less than 1s.",
                    "Set " + property + " to a duration such as 20s, the default.");
        }
        return timeout;
    }

    private static String endpoint(String prefix, URI endpoint) {
        if (endpoint.getUserInfo() != null || endpoint.getQuery() != null) {
            throw new ExternalStorageConfigurationException(prefix + ".endpoint holds more than a URL of a host.",
                    "Remove credentials from " + prefix + ".endpoint. A shared access signature goes into " + prefix
                            + ".connection-string instead, as BlobEndpoint=...;SharedAccessSignature=...");
        }
        // The Azure library sends tokens over nothing else. The value is not printed: it may be a connection string.
        if (endpoint.getHost() == null || !"https".equals(endpoint.getScheme())) {
            throw new ExternalStorageConfigurationException(prefix + ".endpoint is no https URL of a host.",
                    "Set " + prefix + ".endpoint to the storage account's URL, such as "
                            + "https://account.blob.core.windows.net. For a store without TLS, such as Azurite, set "
                            + prefix + ".connection-string instead.");
        }
        return endpoint.toString();
    }

    private static TokenCredential defaultCredential(String prefix) {
        if (!ClassUtils.isPresent(DEFAULT_CREDENTIAL, null)) {
            throw new ExternalStorageConfigurationException(
                    prefix + " has no connection string, and the library that finds other credentials is not on the "
                            + "class path.",
                    "Add the dependency com.azure:azure-identity, or set " + prefix + ".connection-string instead of "
                            + prefix + ".endpoint, or declare a BlobServiceAsyncClient bean.");
        }
        return new DefaultAzureCredentialBuilder().build();
    }

    private static void warnOfUnusedProperties(String prefix, AzureStorageDriverProperties properties) {
        Map<String, Function<AzureStorageDriverProperties, @Nullable Object>> ofTheClient = new LinkedHashMap<>();
        ofTheClient.put("endpoint", AzureStorageDriverProperties::getEndpoint);
        ofTheClient.put("connection-string", AzureStorageDriverProperties::getConnectionString);
        ofTheClient.put("api-call-attempt-timeout", AzureStorageDriverProperties::getApiCallAttemptTimeout);
        StorageDriverPropertyRules.warnOfUnused("BlobServiceAsyncClient", prefix, properties,
                new AzureStorageDriverProperties(), ofTheClient);
    }

}
