package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.AwsServiceClientConfiguration;
import software.amazon.awssdk.core.SdkPlugin;
import software.amazon.awssdk.core.SdkServiceClientConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/**
 * Finds the region and the credentials of a client where neither properties nor
 * customizers have set them: the application's beans, or what the environment configures.
 * It runs after the customizers.
 *
 * @param id the driver's id
 * @param regionBean the application's region provider; null if there is none
 * @param credentialsBean the application's credentials provider; null if there is none
 * @param profiles the client's profiles
 */
record S3Defaults(StorageDriverId id, Supplier<@Nullable AwsRegionProvider> regionBean,
        Supplier<@Nullable AwsCredentialsProvider> credentialsBean, S3Profiles profiles) implements SdkPlugin {

    /** A builder does not tell whether a customizer has set its region. */
    private static final Region NO_REGION = Region.of("not-set");

    private static final AwsCredentialsProvider NO_CREDENTIALS = () -> {
        throw new IllegalStateException("The credentials are not set");
    };

    /**
     * Sets what {@link #configureClient} replaces.
     * @param builder a builder to which nothing has been applied
     */
    static void prepare(S3AsyncClientBuilder builder) {
        builder.region(NO_REGION).credentialsProvider(NO_CREDENTIALS);
    }

    @Override
    public void configureClient(SdkServiceClientConfiguration.Builder configuration) {
        AwsServiceClientConfiguration.Builder client = (AwsServiceClientConfiguration.Builder) configuration;
        if (client.region() == null || client.region().equals(NO_REGION)) {
            client.region(region(client.endpointOverride() != null));
        }
        if (client.credentialsProvider() == NO_CREDENTIALS) {
            AwsCredentialsProvider bean = this.credentialsBean.get();
            client.credentialsProvider((bean != null) ? new Unclosed(bean)
                    : new S3Credentials(this.id, client.region(), this.profiles).find());
        }
    }

    private Region region(boolean hasEndpoint) {
        AwsRegionProvider bean = this.regionBean.get();
        try {
            return (bean != null) ? bean.getRegion()
                    : DefaultAwsRegionProviderChain.builder()
                        .profileFile(this.profiles.files())
                        .profileName(this.profiles.name())
                        .build()
                        .getRegion();
        }
        catch (SdkClientException ex) {
            if (hasEndpoint) {
                // S3-compatible stores have no regions, and accept this one.
                return Region.US_EAST_1;
            }
            StorageDriverProperty property = this.id.property("region");
            throw new ExternalStorageConfigurationException(
                    property + " is not set, and the AWS default region provider chain found no region.",
                    "Set " + property + " to the bucket's region, such as eu-west-1, or the environment variable "
                            + "AWS_REGION.",
                    ex);
        }
    }

    /**
     * A credentials provider of the application, which the client must not close.
     *
     * @param provider the application's provider
     */
    record Unclosed(AwsCredentialsProvider provider) implements AwsCredentialsProvider {

        @Override
        public AwsCredentials resolveCredentials() {
            return this.provider.resolveCredentials();
        }

        @Override
        public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(ResolveIdentityRequest request) {
            return this.provider.resolveIdentity(request);
        }

    }

}
