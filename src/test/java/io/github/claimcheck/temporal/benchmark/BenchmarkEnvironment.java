package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.temporal.testserver.TestServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * The servers of a benchmark: Temporal, S3 with a bucket, and a gateway to S3 that counts
 * and delays requests.
 */
final class BenchmarkEnvironment implements AutoCloseable {

    private final String temporalTarget;

    private final Closeable temporalServer;

    private final String bucket = S3Server.shared().createBucket();

    private final S3Gateway gateway = S3Gateway.to(S3Server.shared());

    private BenchmarkEnvironment(String temporalTarget, Closeable temporalServer) {
        this.temporalTarget = temporalTarget;
        this.temporalServer = temporalServer;
    }

    /**
     * Starts the environment on a real Temporal server if there is one, or else on the
     * SDK's test server.
     */
    static BenchmarkEnvironment start() {
        return TemporalServer.isAvailable() ? new BenchmarkEnvironment(TemporalServer.shared().getTarget(), () -> {
        }) : onTestServer();
    }

    /**
     * Starts the environment on its own in-process test server, without time skipping.
     */
    static BenchmarkEnvironment onTestServer() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();
            socket.close();
            return new BenchmarkEnvironment("127.0.0.1:" + port, TestServer.createPortBoundServer(port, true));
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    String temporalTarget() {
        return this.temporalTarget;
    }

    String bucket() {
        return this.bucket;
    }

    S3Gateway gateway() {
        return this.gateway;
    }

    /**
     * Delays every request from now on, independently of concurrent requests.
     */
    void delayRequests(Duration delay) {
        Stream.of("GET", "HEAD", "PUT").forEach((method) -> this.gateway.on(method, S3Gateway.delayed(delay)));
    }

    /** Returns the traffic since the last call. */
    Traffic takeTraffic() {
        Traffic traffic = Traffic.through(this.gateway);
        this.gateway.reset();
        return traffic;
    }

    @Override
    public void close() {
        this.gateway.close();
        try {
            this.temporalServer.close();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
