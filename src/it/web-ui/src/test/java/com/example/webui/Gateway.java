package com.example.webui;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What may be in front of the application, with a path for each namespace. It notes which
 * requests come.
 */
final class Gateway implements AutoCloseable {

    private final HttpClient http = HttpClient.newHttpClient();

    private final List<Headers> headers = new CopyOnWriteArrayList<>();

    private final HttpServer server;

    private final String path;

    /** Passes on to the codec server what comes for this path alone. */
    Gateway(String path) throws IOException {
        this.path = path;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        this.server.createContext(path + "/", this::forward);
        this.server.start();
    }

    private void forward(HttpExchange exchange) throws IOException {
        this.headers.add(exchange.getRequestHeaders());
        String operation = exchange.getRequestURI().getPath().substring(this.path.length());
        HttpRequest request = HttpRequest.newBuilder(URI.create(Servers.codecEndpoint() + operation))
            .header("Content-Type", "application/json")
            .header("X-Namespace", exchange.getRequestHeaders().getFirst("X-Namespace"))
            .POST(HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()))
            .build();
        try (exchange) {
            HttpResponse<byte[]> response = this.http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(response.statusCode(), response.body().length);
            exchange.getResponseBody().write(response.body());
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the headers of each request. */
    List<Headers> headers() {
        return this.headers;
    }

    /** Returns where it is, without the path. */
    String url() {
        return "http://localhost:" + this.server.getAddress().getPort();
    }

    @Override
    public void close() {
        this.server.stop(0);
    }

}
