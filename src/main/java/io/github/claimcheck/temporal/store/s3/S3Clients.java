package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.util.StringUtils;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/** Creates S3 clients from properties. */
final class S3Clients {

    private S3Clients() {
    }

    /**
     * Creates a client.
     * @param id the id of the client's driver
     * @param properties the driver's properties
     * @param maxTransfers the maximum number of transfers in flight
     * @param customizers customize the client's builder, in order
     */
    static S3AsyncClient create(StorageDriverId id, S3StorageDriverProperties properties, int maxTransfers,
            Stream<S3AsyncClientBuilderCustomizer> customizers) {
        Duration timeout = id.property("api-call-timeout").requirePositive(properties.getApiCallTimeout(), "60s");
        Duration attemptTimeout = id.property("api-call-attempt-timeout")
            .requirePositive(properties.getApiCallAttemptTimeout(), "20s");
        id.property("api-call-attempt-timeout")
            .warnIfLonger(attemptTimeout, new S3StorageDriverProperties().getApiCallAttemptTimeout(),
                    id.property("api-call-timeout"), timeout);
        S3AsyncClientBuilder builder = S3AsyncClient.builder()
            .region(region(id, properties))
            .forcePathStyle(properties.isPathStyleAccess())
            // An access point ARN names its region.
            .serviceConfiguration((service) -> service.useArnRegionEnabled(true))
            // The driver sends the SHA-256 of uploads and verifies that of downloads.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            // One connection for each permit, so that no transfer waits for one.
            .httpClientBuilder(NettyNioAsyncHttpClient.builder()
                .maxConcurrency(maxTransfers)
                .connectionAcquisitionTimeout(timeout));
        if (properties.getEndpoint() != null) {
            builder.endpointOverride(id.property("endpoint")
                .requireHttpUrl(properties.getEndpoint(), id.property("credentials.access-key-id") + " and "
                        + id.property("credentials.secret-access-key"), "http://localhost:9000"));
        }
        credentials(id, properties.getCredentials(), builder);
        customizers.forEach((customizer) -> customizer.customize(builder));
        // A customizer's own configuration, for instance for an interceptor, replaces
        // the timeouts.
        ClientOverrideConfiguration configuration = builder.overrideConfiguration();
        return builder
            .overrideConfiguration(configuration.toBuilder()
                .apiCallTimeout(configuration.apiCallTimeout().orElse(timeout))
                .apiCallAttemptTimeout(configuration.apiCallAttemptTimeout().orElse(attemptTimeout))
                .build())
            .build();
    }

    private static Region region(StorageDriverId id, S3StorageDriverProperties properties) {
        StorageDriverProperty property = id.property("region");
        String region = properties.getRegion();
        if (region != null && StringUtils.hasText(region)) {
            if (!region.matches("[A-Za-z0-9-]+")) {
                throw property.invalid(region, "is not a valid region",
                        "Set " + property + " to the bucket's region, such as eu-west-1.");
            }
            return Region.of(region);
        }
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion();
        }
        catch (SdkClientException ex) {
            if (properties.getEndpoint() != null) {
                // S3-compatible stores have no regions, and accept this one.
                return Region.US_EAST_1;
            }
            throw new ExternalStorageConfigurationException(
                    property + " is not set, and the AWS default region provider chain found no region.",
                    "Set " + property + " to the bucket's region, such as eu-west-1, or the environment variable "
                            + "AWS_REGION.",
                    ex);
        }
    }

    private static void credentials(StorageDriverId id, S3StorageDriverProperties.Credentials credentials,
            S3AsyncClientBuilder builder) {
        boolean hasId = StringUtils.hasText(credentials.getAccessKeyId());
        boolean hasSecret = StringUtils.hasText(credentials.getSecretAccessKey());
        if (hasId != hasSecret) {
            StorageDriverProperty missing = id
                .property("credentials." + (hasId ? "secret-access-key" : "access-key-id"));
            throw missing.missing("Set " + missing
                    + ", or remove the other property to use the AWS default credentials " + "provider chain.");
        }
        if (hasId) {
            builder.credentialsProvider(StaticCredentialsProvider
                .create(AwsBasicCredentials.create(credentials.getAccessKeyId(), credentials.getSecretAccessKey())));
        }
    }

}
