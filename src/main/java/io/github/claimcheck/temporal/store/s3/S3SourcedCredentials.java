package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.internal.ClientSettings;
import java.io.IOException;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Credentials whose failures tell where they come from. Thread-safe.
 *
 * @param provider provides the credentials, and is closed with them
 * @param source where they come from, such as {@code the AWS profile default}
 */
record S3SourcedCredentials(AwsCredentialsProvider provider,
        String source) implements AwsCredentialsProvider, SdkAutoCloseable {

    /** Asked where nothing else is configured. */
    static final String NODE = "the node's metadata service";

    /** Ends the source of credentials that somebody logs in for. */
    static final String SINGLE_SIGN_ON = " (single sign-on)";

    private static final String NONE = "No credentials come from ";

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return this.provider.resolveCredentials();
        }
        catch (RuntimeException ex) {
            String reason = (ex instanceof SdkException failure && failure.getCause() != null
                    && failure.getCause() instanceof IOException) ? ex.getMessage() + " (" + ex.getCause() + ")"
                            : ex.getMessage();
            throw SdkClientException.create(NONE + this.source + ": " + reason, ex);
        }
    }

    /**
     * Diagnoses a transfer.
     * @param failure the failure of the transfer
     * @param client names the settings of the client
     * @return the diagnosis; null if the failure does not come from the credentials
     */
    static @Nullable Diagnosis diagnose(Throwable failure, ClientSettings client) {
        String message = String.valueOf(failure.getMessage());
        if (message.startsWith(NONE) && !message.startsWith(NONE + NODE)) {
            IOException io = ioFailure(failure);
            if (io != null && !(io instanceof FileSystemException)) {
                return new Diagnosis(Kind.UNREACHABLE,
                        "Check the network to the service that issues the credentials, such as AWS STS");
            }
            if (message.contains(SINGLE_SIGN_ON)) {
                return new Diagnosis(Kind.DENIED, "Run aws sso login for the profile, as the user that the application "
                        + "runs as. No other credentials are tried");
            }
            if (io != null) {
                return new Diagnosis(Kind.DENIED, "Provide the file, and let the user that the application runs as "
                        + "read it. No other credentials are tried");
            }
            return new Diagnosis(Kind.DENIED,
                    "Correct these credentials, and the trust policy if they are a role's, or set the driver's "
                            + "credentials.access-key-id and credentials.secret-access-key. No others are tried");
        }
        boolean missing = failure instanceof AwsServiceException && !(failure instanceof S3Exception)
                || failure instanceof SdkClientException && message.contains("credentials");
        return missing ? new Diagnosis(Kind.DENIED,
                "Set " + client.name("credentials.access-key-id and credentials.secret-access-key, declare an "
                        + "AwsCredentialsProvider bean that works, or provide credentials to the AWS default "
                        + "credentials provider chain", "credentials"))
                : null;
    }

    private static @Nullable IOException ioFailure(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException io) {
                return io;
            }
        }
        return null;
    }

    @Override
    public void close() {
        if (this.provider instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }

}
