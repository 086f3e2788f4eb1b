package com.example.codecserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.util.FileSystemUtils;

/** The application, and a client as Temporal's Web UI and CLI have one. */
final class Server implements AutoCloseable {

    static final boolean IS_WEB_MVC = isPresent("org.springframework.web.servlet.DispatcherServlet");

    /** That of the development server's Web UI. */
    static final String ORIGIN = "http://localhost:8233";

    static final String PATH = "/temporal/codec";

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Path directory;

    private final ConfigurableApplicationContext context;

    private Server(Path directory, ConfigurableApplicationContext context) {
        this.directory = directory;
        this.context = context;
    }

    static Server start(String... properties) {
        return start(List.of(), properties);
    }

    /** Starts the application with beans of its own, which stores from 1,000 bytes on. */
    static Server start(List<Class<?>> beans, String... properties) {
        Path directory = temporaryDirectory();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("server.port", "0");
        all.put("temporal.external-storage.drivers.local-disk.directory", directory.toString());
        all.put("temporal.external-storage.threshold", "1000B");
        for (String property : properties) {
            all.put(property.substring(0, property.indexOf('=')), property.substring(property.indexOf('=') + 1));
        }
        return new Server(directory, run(directory, beans, all));
    }

    private static ConfigurableApplicationContext run(Path directory, List<Class<?>> beans,
            Map<String, String> properties) {
        SpringApplicationBuilder application = new SpringApplicationBuilder(CodecServerApplication.class)
            .sources(beans.toArray(Class<?>[]::new))
            .sources(IS_WEB_MVC ? new Class<?>[0] : new Class<?>[] { OwnNettyResources.class })
            .bannerMode(Banner.Mode.OFF);
        try {
            return application.run(properties.entrySet()
                .stream()
                .map((property) -> "--" + property.getKey() + "=" + property.getValue())
                .toArray(String[]::new));
        }
        catch (RuntimeException ex) {
            delete(directory);
            throw ex;
        }
    }

    private static void delete(Path directory) {
        try {
            FileSystemUtils.deleteRecursively(directory);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("codec-server");
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static boolean isPresent(String type) {
        try {
            Class.forName(type, false, Server.class.getClassLoader());
            return true;
        }
        catch (ClassNotFoundException ex) {
            return false;
        }
    }

    ConfigurableApplicationContext getContext() {
        return this.context;
    }

    /** Returns where the driver stores. */
    Path getDirectory() {
        return this.directory;
    }

    /** Returns how many objects the driver holds. */
    long countObjects() throws IOException {
        try (Stream<Path> files = Files.walk(this.directory)) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    int getPort() {
        return Integer.parseInt(String.valueOf(this.context.getEnvironment().getProperty("local.server.port")));
    }

    URI uri(String path) {
        return URI.create("http://localhost:" + getPort() + path);
    }

    /** Posts payloads to an operation, such as {@code /decode}. */
    Answer post(String operation, List<Payload> payloads, String... headers) {
        return post(operation, json(payloads), headers);
    }

    Answer post(String operation, String body, String... headers) {
        return send("POST", PATH + operation, BodyPublishers.ofString(body), withJson(headers));
    }

    static String[] withJson(String... headers) {
        List<String> all = new ArrayList<>(Arrays.asList(headers));
        Collections.addAll(all, "Content-Type", "application/json");
        return all.toArray(String[]::new);
    }

    Answer send(String method, String path, BodyPublisher body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(TIMEOUT).method(method, body);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            return new Answer(this.client.send(request.build(), BodyHandlers.ofString()));
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /**
     * Sends bytes as they are, ends the request there, and returns all that comes back.
     */
    String sendRaw(String request) throws IOException {
        try (Socket socket = new Socket("localhost", getPort())) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Asks, and goes away before the answer is there, or in the middle of it. */
    void askAndGo(String operation, List<Payload> payloads, int bytesToRead) throws IOException {
        byte[] body = json(payloads).getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket("localhost", getPort())) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            socket.setSoLinger(true, 0);
            socket.getOutputStream()
                .write(("POST " + PATH + operation
                        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        + "Content-Length: " + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(body);
            socket.getOutputStream().flush();
            socket.getInputStream().readNBytes(bytesToRead);
        }
    }

    static String json(List<Payload> payloads) {
        try {
            return JsonFormat.printer().print(Payloads.newBuilder().addAllPayloads(payloads));
        }
        catch (InvalidProtocolBufferException ex) {
            throw new IllegalArgumentException(ex);
        }
    }

    @Override
    public void close() {
        this.context.close();
        delete(this.directory);
    }

    /** The end of one application must not be that of others in this process. */
    static class OwnNettyResources {

        @Bean
        ReactorResourceFactory nettyResources() {
            ReactorResourceFactory resources = new ReactorResourceFactory();
            resources.setUseGlobalResources(false);
            resources.setShutdownQuietPeriod(Duration.ZERO);
            return resources;
        }

    }

    /** What came back. */
    record Answer(HttpResponse<String> response) {

        int status() {
            return this.response.statusCode();
        }

        String body() {
            return this.response.body();
        }

        String header(String name) {
            return this.response.headers().firstValue(name).orElse(null);
        }

        /** Asserts a status and one sentence that tells nothing but what it should. */
        void assertRefused(int status, String... parts) {
            assertThat(status()).as(body()).isEqualTo(status);
            assertThat(header("Content-Type")).isEqualToIgnoringCase("text/plain;charset=UTF-8");
            assertThat(body()).endsWith(".\n").hasSizeLessThan(2000).doesNotContain("SECRET", "\tat ");
            for (String part : parts) {
                assertThat(body()).contains(part);
            }
            assertThat(body().strip()).doesNotContain("\n", "\r");
        }

        /** Reads the payloads of an answer whose status is 200. */
        List<Payload> payloads() {
            if (status() != 200 || !"application/json".equals(header("Content-Type"))) {
                throw new AssertionError(status() + " " + header("Content-Type") + ": " + body());
            }
            try {
                Payloads.Builder payloads = Payloads.newBuilder();
                JsonFormat.parser().merge(body(), payloads);
                return payloads.getPayloadsList();
            }
            catch (InvalidProtocolBufferException ex) {
                throw new AssertionError("No Payloads message: " + body(), ex);
            }
        }

    }

}
