package io.github.claimcheck.temporal.internal;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Tells from a failure what is wrong with a TLS connection. TLS libraries differ in their
 * exceptions, and hide the cause under several others. Not part of the public API.
 */
public final class TlsFailures {

    private static final int MAX_CAUSES = 20;

    private TlsFailures() {
    }

    /**
     * Returns what an operator can do.
     * @param failure the failure of a transfer
     * @param bundle the property for an SSL bundle, such as {@code the driver's
     * ssl.bundle}
     * @param endpoint the property for the server's address, such as {@code the driver's
     * endpoint}
     * @return the remedy, a sentence without its final period; null if the failure is
     * none that only a change of certificates or configuration ends
     */
    public static @Nullable String remedy(Throwable failure, String bundle, String endpoint) {
        if (has(failure, CertificateExpiredException.class, CertificateNotYetValidException.class)) {
            return "The server's certificate, or that of its CA, has expired or is not valid yet. Renew it, or correct "
                    + "the clock";
        }
        if (has(failure, SSLPeerUnverifiedException.class) || says(failure, "no subject alternative",
                "no name matching", "doesn't match any of the subject alternative names", "hostname mismatch")) {
            return "The server's certificate is not for the host name in " + endpoint
                    + ". Use a name that the certificate has, or issue a certificate with that name";
        }
        if (has(failure, CertPathBuilderException.class, CertPathValidatorException.class) || says(failure,
                "certificate verify failed", "certificate_verify_failed", "trustanchors", "pkix path")) {
            return "The application does not trust the certificate of the server. If a private CA has issued it, set "
                    + bundle + " to an SSL bundle whose trust store contains that CA (spring.ssl.bundle), or add the "
                    + "CA to Java's trust store";
        }
        if (says(failure, "not an ssl/tls record", "unrecognized ssl message", "wrong_version_number")) {
            return "The server does not speak TLS on this port. Correct the scheme or the port in " + endpoint;
        }
        if (says(failure, "http request to an https server", "http request was sent to https port",
                "invalid version format", "line feed must be preceded by carriage return")) {
            return notHttp(endpoint);
        }
        if (says(failure, "certificate_required", "certificate required", "bad_certificate", "handshake_failure",
                "bad certificate", "handshake failure")) {
            return "The server refused the TLS handshake. If it requires a client certificate, set " + bundle
                    + " to an SSL bundle whose key store contains one that the server trusts (spring.ssl.bundle)";
        }
        if (says(failure, "handshake timed out")) {
            return "The server did not answer the TLS handshake. If it does not speak TLS on this port, correct the "
                    + "scheme or the port in " + endpoint;
        }
        return null;
    }

    /**
     * Returns what an operator can do about a server whose answer is not HTTP.
     * @param endpoint the property for the server's address
     * @return the remedy, a sentence without its final period
     */
    public static String notHttp(String endpoint) {
        return "The server's answer is not HTTP. If it speaks TLS on this port, use https in " + endpoint;
    }

    private static boolean has(Throwable failure, Class<?>... types) {
        return causes(failure).anyMatch((cause) -> Stream.of(types).anyMatch((type) -> type.isInstance(cause)));
    }

    private static boolean says(Throwable failure, String... texts) {
        return causes(failure).map((cause) -> String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT))
            .anyMatch((message) -> Stream.of(texts).anyMatch(message::contains));
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, (cause) -> cause != null, Throwable::getCause).limit(MAX_CAUSES);
    }

}
