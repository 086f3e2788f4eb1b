package io.github.claimcheck.temporal.autoconfigure;

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

/** Makes S3 clients from properties. */
final class S3Clients {

    private S3Clients() {
    }

    /** @param maxTransfers the number of transfers that may be in flight */
    static S3AsyncClient create(String prefix, S3StorageDriverProperties properties, int maxTransfers,
            Stream<S3AsyncClientBuilderCustomizer> customizers) {
        Duration timeout = StorageDriverPropertyRules.positive(prefix + ".api-call-timeout",
                properties.getApiCallTimeout(), "60s");
        Duration attemptTimeout = StorageDriverPropertyRules.positive(prefix + ".api-call-attempt-timeout",
                properties.getApiCallAttemptTimeout(), "20s");
        S3AsyncClientBuilder builder = S3AsyncClient.builder()
            .region(region(prefix, properties))
            .forcePathStyle(properties.isPathStyleAccess())
            // An access point ARN names its region.
            .serviceConfiguration((service) -> service.useArnRegionEnabled(true))
            // The driver sends the SHA-256 of what it stores and verifies what it retrieves.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            // Whoever has a turn has a connection, and does not use its time up with waiting for one.
            .httpClientBuilder(NettyNioAsyncHttpClient.builder()
                .maxConcurrency(maxTransfers)
                .connectionAcquisitionTimeout(timeout));
        if (properties.getEndpoint() != null) {
            builder.endpointOverride(StorageDriverPropertyRules.endpoint(prefix, properties.getEndpoint(),
                    prefix + ".credentials.access-key-id and " + prefix + ".credentials.secret-access-key",
                    "http://localhost:9000"));
        }
        credentials(prefix, properties.getCredentials(), builder);
        customizers.forEach((customizer) -> customizer.customize(builder));
        // A customizer that sets a configuration of its own, for an interceptor say, would take the timeouts away.
        ClientOverrideConfiguration configuration = builder.overrideConfiguration();
        return builder.overrideConfiguration(configuration.toBuilder()
            .apiCallTimeout(configuration.apiCallTimeout().orElse(timeout))
            .apiCallAttemptTimeout(configuration.apiCallAttemptTimeout().orElse(attemptTimeout))
            .build()).build();
    }

    private static Region region(String prefix, S3StorageDriverProperties properties) {
        if (StringUtils.hasText(properties.getRegion())) {
            if (!properties.getRegion().matches("[A-Za-z0-9-]+")) {
                throw new ExternalStorageConfigurationException(
                        prefix + ".region is " + properties.getRegion() + ", which is no region.",
                        "Set " + prefix + ".region to the bucket's region, such as eu-west-1.");
            }
            return Region.of(properties.getRegion());
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
                    prefix + " has no region, and the AWS default region chain finds none.", "Set " + prefix
                            + ".region to the bucket's region, such as eu-west-1, or the environment variable "
                            + "AWS_REGION.",
                    ex);
        }
    }

    private static void credentials(String prefix, S3StorageDriverProperties.Credentials credentials,
            S3AsyncClientBuilder builder) {
        boolean hasId = StringUtils.hasText(credentials.getAccessKeyId());
        boolean hasSecret = StringUtils.hasText(credentials.getSecretAccessKey());
        if (hasId != hasSecret) {
            String missing = prefix + ".credentials." + (hasId ? "secret-access-key" : "access-key-id");
            throw new ExternalStorageConfigurationException(prefix + ".credentials is incomplete.",
                    "Set " + missing + ", too; or set neither, and the AWS default credentials chain is asked.");
        }
        if (hasId) {
            builder.credentialsProvider(StaticCredentialsProvider
                .create(AwsBasicCredentials.create(credentials.getAccessKeyId(), credentials.getSecretAccessKey())));
        }
    }

}
