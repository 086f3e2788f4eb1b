package io.github.claimcheck.temporal.testing;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A real Redis: a {@code redis-server} of the path, as a process on a free port, with a
 * password and without persistence.
 */
public final class RedisServer implements AutoCloseable {

    public static final String PASSWORD = "hunter2";

    private static RedisServer shared;

    private final int port;

    private final Process process;

    private final RedisClient client;

    private final StatefulRedisConnection<String, byte[]> connection;

    private RedisServer(String... options) {
        try {
            this.port = freePort();
            Path directory = Files.createTempDirectory("redis-server");
            Path log = directory.resolve("server.log");
            List<String> command = new ArrayList<>(List.of(executable().orElseThrow().toString(), "--port",
                    String.valueOf(this.port), "--bind", "127.0.0.1", "--dir", directory.toString(), "--save", "",
                    "--appendonly", "no", "--requirepass", PASSWORD));
            command.addAll(List.of(options));
            this.process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
            Runtime.getRuntime().addShutdownHook(new Thread(this.process::destroyForcibly));
            this.client = RedisClient.create(RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(this.port)
                .withPassword(PASSWORD.toCharArray())
                .build());
            this.connection = connect(log);
        }
        catch (IOException ex) {
            throw new UncheckedIOException("Redis cannot be started", ex);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(ex);
        }
    }

    private StatefulRedisConnection<String, byte[]> connect(Path log) throws IOException, InterruptedException {
        for (int i = 0; i < 100; i++) {
            if (!this.process.isAlive()) {
                throw new IllegalStateException("Redis ended: " + Files.readString(log));
            }
            try {
                return this.client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE));
            }
            catch (RedisConnectionException ex) {
                Thread.sleep(100);
            }
        }
        throw new IllegalStateException("Redis does not listen: " + Files.readString(log));
    }

    static boolean isAvailable() {
        return executable().isPresent();
    }

    private static Optional<Path> executable() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map((directory) -> Path.of(directory, "redis-server"))
            .filter(Files::isExecutable)
            .findFirst();
    }

    /** Returns a server for tests that change none of its settings, empty. */
    public static synchronized RedisServer shared() {
        if (shared == null) {
            shared = new RedisServer();
        }
        shared.commands().flushall();
        return shared;
    }

    /** Starts a server of the test's own. */
    public static RedisServer start(String... options) {
        return new RedisServer(options);
    }

    /** Returns a port that nobody listens on. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public int port() {
        return this.port;
    }

    /** Returns what Spring Boot connects with. */
    public String[] properties() {
        return new String[] { "spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + this.port,
                "spring.data.redis.password=" + PASSWORD };
    }

    /** Returns a connection past the driver. */
    public RedisCommands<String, byte[]> commands() {
        return this.connection.sync();
    }

    /**
     * Returns how often each command was called since {@code CONFIG RESETSTAT}, but for
     * those of the connection.
     */
    public Map<String, Long> calls() {
        return Pattern.compile("cmdstat_(\\w+):calls=(\\d+)")
            .matcher(commands().info("commandstats"))
            .results()
            .filter((call) -> !List.of("config", "info", "hello", "auth", "client", "ping", "select")
                .contains(call.group(1)))
            .collect(Collectors.toMap((call) -> call.group(1), (call) -> Long.valueOf(call.group(2))));
    }

    @Override
    public void close() {
        this.connection.closeAsync();
        this.process.destroyForcibly();
        this.client.shutdownAsync();
    }

}
