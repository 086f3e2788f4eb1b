package io.github.claimcheck.temporal.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * One of the programs that the interoperation tests also talk to: it answers each line of
 * JSON with one.
 */
final class PeerProcess implements Peer {

    private static final Path SOURCES = Path.of("src/it/interop");

    private static final Path OUTPUT = Path.of("target/interop");

    static final List<String> PYTHON = List.of(OUTPUT.resolve("python/bin/python").toString(), "-u",
            SOURCES.resolve("python/peer.py").toString());

    static final List<String> GO = List.of(OUTPUT.resolve("go/peer").toString());

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String taskQueue = "benchmark-" + UUID.randomUUID();

    private final Path log = Files.createTempFile("peer", ".log");

    private final Process process;

    private final BufferedWriter requests;

    private final BufferedReader answers;

    private final String description;

    /**
     * Makes the programs, as far as their languages are at hand, and returns what went
     * wrong, or null.
     */
    static String make() throws InterruptedException {
        try {
            Process setup = new ProcessBuilder("bash", SOURCES.resolve("setup").toString(), OUTPUT.toString())
                .redirectErrorStream(true)
                .start();
            String output = new String(setup.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return (setup.waitFor() == 0) ? null
                    : SOURCES.resolve("setup") + " failed: " + output.replaceAll("\\R", " ");
        }
        catch (IOException ex) {
            return "install bash: " + ex.getMessage();
        }
    }

    static boolean isMade(List<String> command) {
        return Files.isExecutable(Path.of(command.get(0)));
    }

    PeerProcess(List<String> command, URI s3, String bucket) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(this.log.toFile());
        builder.environment()
            .putAll(Map.of("INTEROP_TEMPORAL_ADDRESS", TemporalServer.shared().getTarget(), "INTEROP_S3_ENDPOINT",
                    s3.toString(), "INTEROP_S3_BUCKET", bucket, "INTEROP_TASK_QUEUE", this.taskQueue, "INTEROP_CODEC",
                    "", "AWS_REGION", S3Server.REGION, "AWS_DEFAULT_REGION", S3Server.REGION, "AWS_ACCESS_KEY_ID",
                    S3Server.ACCESS_KEY_ID, "AWS_SECRET_ACCESS_KEY", S3Server.SECRET_ACCESS_KEY,
                    "PYTHONDONTWRITEBYTECODE", "1"));
        this.process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(this.process::destroyForcibly));
        this.requests = this.process.outputWriter(StandardCharsets.UTF_8);
        this.answers = this.process.inputReader(StandardCharsets.UTF_8);
        this.description = answer().properties()
            .stream()
            .map((version) -> version.getKey() + " " + version.getValue().asText())
            .collect(Collectors.joining(", "));
    }

    @Override
    public String description() {
        return this.description;
    }

    @Override
    public double run(String workload) throws IOException {
        this.requests.write(JSON.writeValueAsString(Map.of("operation", "benchmark", "name", workload, "taskQueue",
                this.taskQueue, "workflowId", "benchmark-" + UUID.randomUUID())));
        this.requests.newLine();
        this.requests.flush();
        return answer().path("seconds").asDouble();
    }

    private JsonNode answer() throws IOException {
        String line = this.answers.readLine();
        JsonNode answer = (line != null) ? JSON.readTree(line) : JSON.missingNode();
        if (!answer.has("result")) {
            throw new IllegalStateException(
                    answer.path("error").asText("The process ended") + "\n" + Files.readString(this.log));
        }
        return answer.path("result");
    }

    /** The process ends with its input. */
    @Override
    public void close() throws IOException, InterruptedException {
        this.requests.close();
        if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
            this.process.destroyForcibly();
        }
    }

}
