package io.github.claimcheck.temporal.codecserver.web;

import io.github.claimcheck.temporal.internal.Quoted;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.http.MediaType;

/**
 * Reports web pages whose origin is not allowed, which show nothing but a failed request:
 * each origin once, and no more than a few, since anybody can send them. Thread-safe.
 */
final class RefusedOrigins {

    static final MediaType CONTENT_TYPE = MediaType.parseMediaType("text/plain;charset=UTF-8");

    private static final String REMEDY = "add it to temporal.external-storage.codec-server.allowed-origins.";

    static final byte[] ANSWER = ("Web pages of this origin, or with these methods and headers, are not allowed. If it "
            + "is the Web UI's origin, " + REMEDY + "\n")
        .getBytes(StandardCharsets.UTF_8);

    private static final int MAX_WARNINGS = 20;

    private static final Logger logger = LoggerFactory.getLogger(RefusedOrigins.class);

    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    void log(@Nullable String origin) {
        String quoted = Quoted.of(origin);
        boolean first = this.warned.size() < MAX_WARNINGS && this.warned.add(quoted);
        logger.atLevel(first ? Level.WARN : Level.DEBUG)
            .log("The codec server refuses a web page of the origin '{}'. If it is the Web UI's, {} Further requests of "
                    + "this origin are logged at DEBUG.", quoted, REMEDY);
    }

}
