package io.github.claimcheck.temporal.store.s3;

import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsWebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.services.sts.model.IdpCommunicationErrorException;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The credentials of the role in {@code AWS_ROLE_ARN}, which AWS STS issues for the token
 * in {@code AWS_WEB_IDENTITY_TOKEN_FILE}. The only type that needs the module
 * {@code sts}.
 * <p>
 * Thread-safe.
 */
final class S3WebIdentity implements AwsCredentialsProvider, SdkAutoCloseable {

    private final StsClient client;

    private final StsWebIdentityTokenFileCredentialsProvider credentials;

    /**
     * Creates the provider, without a request.
     * @param region the region of AWS STS
     */
    S3WebIdentity(Region region) {
        this.client = StsClient.builder()
            .region(region)
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .overrideConfiguration(
                    (configuration) -> configuration.retryStrategy(AwsRetryStrategy.standardRetryStrategy()
                        .toBuilder()
                        .retryOnException(IdpCommunicationErrorException.class)
                        .build()))
            .build();
        this.credentials = StsWebIdentityTokenFileCredentialsProvider.builder().stsClient(this.client).build();
    }

    @Override
    public AwsCredentials resolveCredentials() {
        return this.credentials.resolveCredentials();
    }

    @Override
    public void close() {
        this.credentials.close();
        this.client.close();
    }

}
