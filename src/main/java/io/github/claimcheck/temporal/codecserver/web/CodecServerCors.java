package io.github.claimcheck.temporal.codecserver.web;

import java.util.List;
import org.springframework.core.Ordered;
import org.springframework.web.cors.CorsConfiguration;

/**
 * How web pages of other origins may use the codec server: as Temporal's Web UI does (see
 * {@code data-encoder.ts} in temporalio/ui).
 */
final class CodecServerCors {

    /**
     * After what counts requests, and before Spring Security, since a browser sends no
     * token with a preflight, and shows no error that lacks the headers.
     */
    static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

    private CodecServerCors() {
    }

    static CorsConfiguration configuration(List<String> allowedOrigins) {
        CorsConfiguration cors = new CorsConfiguration();
        cors.setAllowedOrigins(allowedOrigins);
        cors.setAllowedMethods(List.of("POST", "OPTIONS"));
        cors.setAllowedHeaders(List.of("Content-Type", "X-Namespace", "Authorization", "Authorization-Extras"));
        // The origins are listed one by one, and pages of theirs may send cookies.
        cors.setAllowCredentials(true);
        // A Web UI in the cloud may use a server in a private network.
        cors.setAllowPrivateNetwork(true);
        return cors;
    }

}
