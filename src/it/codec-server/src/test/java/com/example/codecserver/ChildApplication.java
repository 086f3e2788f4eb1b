package com.example.codecserver;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The application in a process of its own, with a heap of 256 MB. */
final class ChildApplication implements AutoCloseable {

    private static final Pattern STARTED = Pattern.compile("started on port (\\d+)");

    private final StringBuffer output = new StringBuffer();

    private final Process process;

    private final int port;

    ChildApplication(Path directory) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-cp",
                        System.getProperty("java.class.path"), CodecServerApplication.class.getName(),
                        "--server.port=0", "--temporal.external-storage.drivers.local-disk.directory=" + directory,
                        "--temporal.external-storage.threshold=1000B"));
        this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
        CompletableFuture<Integer> started = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(started), "child-output");
        reader.setDaemon(true);
        reader.start();
        try {
            this.port = started.get(60, TimeUnit.SECONDS);
        }
        catch (Exception ex) {
            this.process.destroyForcibly();
            throw new IllegalStateException("The application did not start: " + this.output, ex);
        }
    }

    private void read(CompletableFuture<Integer> started) {
        try (BufferedReader lines = this.process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                this.output.append(line).append('\n');
                Matcher port = STARTED.matcher(line);
                if (port.find()) {
                    started.complete(Integer.valueOf(port.group(1)));
                }
            }
            started.completeExceptionally(new IllegalStateException("The process ended"));
        }
        catch (IOException ex) {
            started.completeExceptionally(ex);
        }
    }

    URI uri(String operation) {
        return URI.create("http://localhost:" + this.port + Server.PATH + operation);
    }

    String getOutput() {
        return this.output.toString();
    }

    boolean isAlive() {
        return this.process.isAlive();
    }

    @Override
    public void close() {
        this.process.destroyForcibly();
    }

}
