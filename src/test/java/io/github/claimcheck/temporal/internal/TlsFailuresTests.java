package io.github.claimcheck.temporal.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsFailuresTests {

    private static String remedy(Throwable failure) {
        return TlsFailures.remedy(new IOException("General OpenSslEngine problem", failure), "the bundle",
                "the endpoint");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            value = { "PKIX path building failed | set the bundle to an SSL bundle",
                    "No subject alternative DNS name matching minio found. | not for the host name in the endpoint",
                    "not an SSL/TLS record: 48545450 | does not speak TLS on this port",
                    "Unsupported or unrecognized SSL message | does not speak TLS on this port",
                    "handshake timed out after 10000ms | did not answer the TLS handshake",
                    "Client sent an HTTP request to an HTTPS server. | use https in the endpoint",
                    "Received fatal alert: certificate_required | client certificate",
                    "error:10000412:SSL routines:OPENSSL_internal:SSLV3_ALERT_BAD_CERTIFICATE | client certificate" })
    void whatALibrarySays(String message, String remedy) {
        assertThat(remedy(new SSLHandshakeException(message))).contains(remedy);
    }

    @Test
    void whatAnExceptionIs() {
        assertThat(remedy(new CertPathBuilderException())).contains("does not trust the certificate");
        assertThat(remedy(new SSLPeerUnverifiedException("other"))).contains("the host name in the endpoint");
        assertThat(remedy(new CertPathValidatorException("validity check failed", new CertificateExpiredException())))
            .contains("has expired");
    }

    @ParameterizedTest
    @ValueSource(strings = { "Connection reset", "closing inbound before receiving peer's close_notify" })
    void whatARetryMayEnd(String message) {
        assertThat(remedy(new SSLException(message))).isNull();
    }

}
