package io.github.claimcheck.temporal.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests {@link ThrottledRelay}. */
class ThrottledRelayTests {

    private HttpServer server;

    private ThrottledRelay relay;

    @BeforeEach
    void start() throws Exception {
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        this.server.setExecutor(Executors.newCachedThreadPool());
        this.server.createContext("/", (exchange) -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        this.server.start();
        this.relay = ThrottledRelay.to(URI.create("http://127.0.0.1:" + this.server.getAddress().getPort()), 2_000_000);
    }

    @AfterEach
    void stop() {
        this.relay.close();
        this.server.stop(0);
    }

    /** 1.6 MB at 2 MB/s, there and back. */
    @Test
    void sharesItsRateBetweenAllConnections() {
        HttpClient client = HttpClient.newHttpClient();
        byte[] body = Payloads.bytes(100_000, 1);
        long start = System.nanoTime();
        List<CompletableFuture<HttpResponse<byte[]>>> answers = IntStream.range(0, 8)
            .mapToObj((i) -> client.sendAsync(
                    HttpRequest.newBuilder(this.relay.getEndpoint()).POST(BodyPublishers.ofByteArray(body)).build(),
                    BodyHandlers.ofByteArray()))
            .toList();
        assertThat(answers).allSatisfy((answer) -> assertThat(answer.join().body()).isEqualTo(body));
        assertThat(this.relay.getBytesPassed()).isGreaterThanOrEqualTo(1_600_000);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(780));
    }

}
