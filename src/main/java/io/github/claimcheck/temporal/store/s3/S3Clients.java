package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.spi.ApplicationBean;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.SslMaterial;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/** Creates S3 clients from properties. */
final class S3Clients {

    private static final Log logger = LogFactory.getLog(S3Clients.class);

    private S3Clients() {
    }

    /**
     * Creates a client.
     * @param id the id of the client's driver
     * @param properties the driver's properties
     * @param checksum which checksum uploads include
     * @param maxTransfers the maximum number of transfers in flight
     * @param beans the application's beans for what the properties leave open
     * @param customizers customize the client's builder, in order
     */
    static S3AsyncClient create(StorageDriverId id, S3StorageDriverProperties properties, S3UploadChecksum checksum,
            int maxTransfers, Beans beans, Stream<S3AsyncClientBuilderCustomizer> customizers) {
        Duration timeout = id.property("api-call-timeout").requirePositive(properties.getApiCallTimeout(), "60s");
        Duration attemptTimeout = id.property("api-call-attempt-timeout")
            .requirePositive(properties.getApiCallAttemptTimeout(), "20s");
        id.property("api-call-attempt-timeout")
            .warnIfLonger(attemptTimeout, new S3StorageDriverProperties().getApiCallAttemptTimeout(),
                    id.property("api-call-timeout"), timeout);
        NettyNioAsyncHttpClient.Builder http = NettyNioAsyncHttpClient.builder()
            // One connection for each permit, so that no transfer waits for one.
            .maxConcurrency(maxTransfers)
            .connectionAcquisitionTimeout(timeout);
        SslMaterial ssl = SslMaterial.find(beans.sslBundles(), id.property("ssl.bundle"),
                properties.getSsl().getBundle());
        if (ssl != null) {
            http.tlsTrustManagersProvider(() -> new TrustManager[] { ssl.trustManager() })
                .tlsKeyManagersProvider(() -> new KeyManager[] { ssl.keyManager() });
        }
        S3AsyncClientBuilder builder = S3AsyncClient.builder()
            // A customizer's service configuration may decide if the property does not.
            .forcePathStyle(properties.isPathStyleAccess() ? true : null)
            // An access point ARN names its region. Not part of the service
            // configuration, which a customizer may replace.
            .useArnRegion(true)
            // The driver verifies the SHA-256 of downloads.
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .httpClientBuilder(LazyHttpClient.builder("NettyNio", http));
        if (checksum != S3UploadChecksum.SDK) {
            builder.requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED);
        }
        S3Defaults.prepare(builder);
        if (properties.getEndpoint() != null) {
            builder.endpointOverride(id.property("endpoint")
                .requireHttpUrl(properties.getEndpoint(), id.property("credentials.access-key-id") + " and "
                        + id.property("credentials.secret-access-key"), "http://localhost:9000"));
        }
        region(id, properties, builder);
        credentials(id, properties, beans, builder);
        customizers.forEach((customizer) -> customizer.customize(builder));
        ClientOverrideConfiguration configuration = builder.overrideConfiguration();
        builder.addPlugin(new S3Defaults(id,
                () -> unique(beans.region(), AwsRegionProvider.class, id.property("region") + " to a region"),
                () -> unique(beans.credentials().unnamed(), AwsCredentialsProvider.class,
                        id.property("credentials-provider") + " to its name"),
                S3Profiles.of(configuration)));
        // A customizer's own configuration, for instance for an interceptor, replaces
        // the timeouts.
        ClientOverrideConfiguration bounded = configuration.toBuilder()
            .apiCallTimeout(configuration.apiCallTimeout().orElse(timeout))
            .apiCallAttemptTimeout(configuration.apiCallAttemptTimeout().orElse(attemptTimeout))
            .build();
        builder.overrideConfiguration(properties.isExpectContinue() ? bounded : S3Uploads.withoutExpect(bounded));
        return build(builder);
    }

    /**
     * Returns the only bean of a type, or the primary one. Several beans may serve other
     * clients of the application.
     * @return the bean; null if there is none, or several without a primary one
     */
    private static <T> @Nullable T unique(ObjectProvider<T> beans, Class<T> type, String setting) {
        try {
            return beans.getIfAvailable();
        }
        catch (NoUniqueBeanDefinitionException ex) {
            logger.warn("There are several " + type.getSimpleName() + " beans ("
                    + StringUtils.collectionToDelimitedString(ex.getBeanNamesFound(), ", ")
                    + "), and none is @Primary. What the environment configures is used instead. Set " + setting
                    + ", or declare one of the beans @Primary.");
            return null;
        }
    }

    /**
     * Builds a client. If a customizer's service configuration decides on the regions of
     * ARNs itself, the builder, which does not tell, rejects that both are set.
     */
    private static S3AsyncClient build(S3AsyncClientBuilder builder) {
        try {
            return builder.build();
        }
        catch (IllegalStateException ex) {
            if (!String.valueOf(ex.getMessage()).startsWith("UseArnRegion")) {
                throw ex;
            }
            return builder.useArnRegion(null).build();
        }
    }

    private static void region(StorageDriverId id, S3StorageDriverProperties properties, S3AsyncClientBuilder builder) {
        StorageDriverProperty property = id.property("region");
        String region = properties.getRegion();
        if (region != null && StringUtils.hasText(region)) {
            if (!region.matches("[A-Za-z0-9-]+")) {
                throw property.invalid(region, "is not a valid region",
                        "Set " + property + " to the bucket's region, such as eu-west-1.");
            }
            builder.region(Region.of(region));
        }
    }

    private static void credentials(StorageDriverId id, S3StorageDriverProperties properties, Beans beans,
            S3AsyncClientBuilder builder) {
        S3StorageDriverProperties.Credentials credentials = properties.getCredentials();
        boolean hasId = StringUtils.hasText(credentials.getAccessKeyId());
        boolean hasSecret = StringUtils.hasText(credentials.getSecretAccessKey());
        if (hasId != hasSecret) {
            StorageDriverProperty missing = id
                .property("credentials." + (hasId ? "secret-access-key" : "access-key-id"));
            throw missing.missing("Set " + missing
                    + ", or remove the other property to use the AWS default credentials " + "provider chain.");
        }
        StorageDriverProperty bean = id.property("credentials-provider");
        String name = properties.getCredentialsProvider();
        boolean hasName = StringUtils.hasText(name);
        if (hasId) {
            if (hasName) {
                StorageDriverProperty key = id.property("credentials.access-key-id");
                throw new ExternalStorageConfigurationException(bean + " and " + key + " are both set.",
                        "Remove one of them.");
            }
            builder.credentialsProvider(StaticCredentialsProvider
                .create(AwsBasicCredentials.create(credentials.getAccessKeyId(), credentials.getSecretAccessKey())));
        }
        else if (hasName) {
            builder.credentialsProvider(
                    new S3Defaults.Unclosed(Objects.requireNonNull(beans.credentials().find(bean, name))));
        }
    }

    /**
     * The application's beans for what the properties leave open.
     *
     * @param credentials its credentials providers
     * @param region its region provider
     * @param sslBundles its SSL bundles
     */
    record Beans(ApplicationBean<AwsCredentialsProvider> credentials, ObjectProvider<AwsRegionProvider> region,
            ObjectProvider<SslBundles> sslBundles) {

    }

}
