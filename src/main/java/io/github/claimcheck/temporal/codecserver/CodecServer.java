package io.github.claimcheck.temporal.codecserver;

import io.github.claimcheck.temporal.codecserver.PayloadsReader.MalformedException;
import io.github.claimcheck.temporal.codecserver.PayloadsReader.TooManyPayloadsException;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.Quoted;
import io.temporal.api.common.v1.Payload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A codec server for Temporal's Web UI and CLI, apart from any web framework. Not part of
 * the public API.
 * <p>
 * The contract is that of the Go SDK ({@code converter.NewPayloadHTTPHandler}), of the
 * Web UI ({@code data-encoder.ts}) and of the CLI, which uses the Go SDK's remote codec.
 * Errors are sentences in plain text, for whoever asks with another client; the Web UI
 * shows the status only, the CLI not even that.
 * <p>
 * Thread-safe. Calls block: on the body, on the store, and on memory that other requests
 * hold.
 */
@InternalApi
public final class CodecServer {

    private static final Logger logger = LoggerFactory.getLogger(CodecServer.class);

    private static final Pattern JSON = Pattern
        .compile("(?i)application/json\\s*(;\\s*charset\\s*=\\s*\"?utf-8\"?\\s*)?");

    /**
     * A body's bytes, copied once when they are there, and the payloads read from them.
     */
    private static final long COPIES_OF_BODY = 3;

    private static final int CHUNK = 64 * 1024;

    private static final Duration MAX_TIME_TO_READ = Duration.ofMinutes(1);

    private final CodecNamespaces namespaces;

    private final CodecServerAuthorizer authorizer;

    private final Set<String> allowedOrigins;

    private final CodecServerLimits limits;

    private final PayloadProcessor processor;

    private final ByteBudget bodies;

    /** Not that of the bodies, whose holders wait for this one. */
    private final ByteBudget decoded;

    /**
     * Creates a server.
     * @param namespaces the namespaces that the application knows
     * @param processor what is done to payloads
     * @param authorizer decides about requests
     * @param allowedOrigins the origins of web pages that may use the server
     * @param limits the limits of a request, and of all together
     */
    public CodecServer(CodecNamespaces namespaces, PayloadProcessor processor, CodecServerAuthorizer authorizer,
            Collection<String> allowedOrigins, CodecServerLimits limits) {
        this.namespaces = namespaces;
        this.processor = processor;
        this.authorizer = authorizer;
        this.allowedOrigins = Set.copyOf(allowedOrigins);
        this.limits = limits;
        this.bodies = new ByteBudget(limits.maxBytesInFlight());
        this.decoded = new ByteBudget(limits.maxBytesInFlight());
    }

    /**
     * Answers a request for an operation.
     * @param request the request
     * @return the answer, to be written and closed
     */
    public CodecAnswer handle(CodecRequest request) {
        try {
            CodecNamespace namespace = admit(request);
            requireDeclaredSize(request);
            ByteBudget.Share body = this.bodies.acquire(CHUNK);
            try {
                return answer(request, namespace, read(request, body), body);
            }
            catch (Throwable ex) {
                body.close();
                throw ex;
            }
        }
        catch (RefusedException ex) {
            return refused(ex);
        }
        catch (RuntimeException | Error ex) {
            return refused(new RefusedException(RefusedException.INTERNAL_ERROR,
                    "The codec server failed; the application's log says more.", ex));
        }
    }

    /**
     * Answers a request for anything that is no operation.
     * @return the answer
     */
    public CodecAnswer notFound() {
        return text(RefusedException.NOT_FOUND, "There is no such operation. POST to /encode, /decode or /download.");
    }

    /** Checks all that can be checked before the body is read. */
    private CodecNamespace admit(CodecRequest request) {
        String origin = request.header("Origin");
        // Same-origin pages too: a page of an attacker's host name that resolves to this
        // server is of the same origin.
        if (origin != null && !this.allowedOrigins.contains(origin)) {
            throw new RefusedException(RefusedException.FORBIDDEN,
                    "Web pages of this origin are not allowed: add it to " + CodecServerLimits.PREFIX
                            + ".allowed-origins.");
        }
        requireJson(request);
        String name = request.header("X-Namespace");
        CodecNamespace namespace = this.namespaces.find((name != null && !name.isBlank()) ? name.strip() : null);
        if (namespace == null) {
            throw new RefusedException(RefusedException.NOT_FOUND,
                    "The application does not know the namespace '" + Quoted.of(name)
                            + "': set spring.temporal.namespace to it, or add it to spring.temporal.namespaces.");
        }
        if (!this.authorizer.isAllowed(request.operation(), namespace.name(), request.principal())) {
            throw new RefusedException(RefusedException.FORBIDDEN,
                    "The application's CodecServerAuthorizer does not allow " + request.operation().getPath()
                            + " in the namespace '" + Quoted.of(namespace.name()) + "'.");
        }
        return namespace;
    }

    private static void requireJson(CodecRequest request) {
        String type = request.header("Content-Type");
        if (type == null || !JSON.matcher(type.strip()).matches()) {
            throw new RefusedException(RefusedException.UNSUPPORTED_MEDIA_TYPE,
                    "The Content-Type must be application/json, in UTF-8.");
        }
        String encoding = request.header("Content-Encoding");
        if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
            throw new RefusedException(RefusedException.UNSUPPORTED_MEDIA_TYPE,
                    "The body must not be compressed: send it without a Content-Encoding.");
        }
    }

    private void requireDeclaredSize(CodecRequest request) {
        String length = request.header("Content-Length");
        if (length != null && length.matches("\\d+")
                && new BigInteger(length).compareTo(BigInteger.valueOf(this.limits.maxRequestSize())) > 0) {
            throw bodyTooLarge();
        }
    }

    private RefusedException bodyTooLarge() {
        return new RefusedException(RefusedException.TOO_LARGE,
                "The body is larger than " + this.limits.maxRequestSize() + " bytes, which is "
                        + CodecServerLimits.PREFIX + ".max-request-size. Send less, or raise it.");
    }

    private List<Payload> read(CodecRequest request, ByteBudget.Share share) {
        try {
            return PayloadsJson.read(readBody(request.body(), share), this.limits.maxPayloads());
        }
        catch (TooManyPayloadsException ex) {
            throw new RefusedException(RefusedException.TOO_LARGE, "The body has " + ex.getMessage() + ", see "
                    + CodecServerLimits.PREFIX + ".max-payloads. Send less, or raise it.");
        }
        catch (MalformedException ex) {
            throw new RefusedException(RefusedException.BAD_REQUEST,
                    "The body is not a temporal.api.common.v1.Payloads message in JSON: " + ex.getMessage() + ".");
        }
        catch (IOException ex) {
            throw new RefusedException(RefusedException.BAD_REQUEST, "The body could not be read to its end.", ex);
        }
    }

    /**
     * Takes memory for what has arrived, since a caller may promise much and send little.
     */
    private byte[] readBody(InputStream input, ByteBudget.Share share) throws IOException {
        long deadline = System.nanoTime() + MAX_TIME_TO_READ.toNanos();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        for (int count = input.read(chunk); count >= 0; count = input.read(chunk)) {
            if (body.size() + count > this.limits.maxRequestSize()) {
                throw bodyTooLarge();
            }
            if (System.nanoTime() > deadline) {
                throw new RefusedException(RefusedException.REQUEST_TIMEOUT,
                        "The body took more than " + MAX_TIME_TO_READ.toSeconds() + " seconds to arrive.");
            }
            share.growTo(COPIES_OF_BODY * (body.size() + count));
            body.write(chunk, 0, count);
        }
        return body.toByteArray();
    }

    private CodecAnswer answer(CodecRequest request, CodecNamespace namespace, List<Payload> payloads,
            ByteBudget.Share body) {
        if (request.operation() == CodecServerOperation.ENCODE) {
            return json(this.processor.encode(namespace, payloads), body);
        }
        try (RetrievedBytes bytes = new RetrievedBytes(this.decoded, this.limits)) {
            List<Payload> result = (request.operation() == CodecServerOperation.DOWNLOAD)
                    ? this.processor.download(namespace, payloads, bytes)
                    : this.processor.decode(namespace, payloads, request.preservesReferences(), bytes);
            AutoCloseable held = bytes.handOver();
            return json(result, () -> {
                held.close();
                body.close();
            });
        }
    }

    private static CodecAnswer json(List<Payload> payloads, AutoCloseable share) {
        return new CodecAnswer(200, "application/json", (output) -> PayloadsJson.write(payloads, output), share);
    }

    private static CodecAnswer refused(RefusedException refusal) {
        // Whoever looks at the Web UI sees the status only.
        logger.warn("The codec server answers with status {}: {}{}", refusal.getStatus(), refusal.getMessage(),
                cause(refusal));
        logger.debug("The refusal was", refusal);
        return text(refusal.getStatus(), String.valueOf(refusal.getMessage()));
    }

    /** Describes the cause, unless the refusal itself says the same. */
    private static String cause(RefusedException refusal) {
        Throwable cause = refusal.getCause();
        return (cause == null || String.valueOf(refusal.getMessage()).contains(String.valueOf(cause.getMessage()))) ? ""
                : " Cause: " + Quoted.failure(cause);
    }

    private static CodecAnswer text(int status, String message) {
        return new CodecAnswer(status, "text/plain;charset=UTF-8",
                (output) -> output.write((message + "\n").getBytes(StandardCharsets.UTF_8)), () -> {
                });
    }

}
