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
 * The servers to measure on: Temporal, S3 with a bucket, and before S3 a gateway that
 * counts and delays.
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

    /** On a real Temporal server if there is one, else on the SDK's test server. */
    static BenchmarkEnvironment start() {
        return TemporalServer.isAvailable() ? new BenchmarkEnvironment(TemporalServer.shared().getTarget(), () -> {
        }) : onTestServer();
    }

    /** On a test server of its own in this process, whose clock skips nothing. */
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
     * From now on, every request takes this much longer, however many there are at once.
     */
    void delayRequests(Duration delay) {
        Stream.of("GET", "HEAD", "PUT").forEach((method) -> this.gateway.on(method, S3Gateway.delayed(delay)));
    }

    /** Returns what came and went since the last call. */
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
