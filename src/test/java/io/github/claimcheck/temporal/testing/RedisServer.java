package io.github.claimcheck.temporal.testing;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A real Redis: a {@code redis-server} of the path, as a process on a free port, with a
 * password and without persistence.
 */
public final class RedisServer extends ServerProcess {

    public static final String PASSWORD = "hunter2";

    private static RedisServer shared;

    private final List<String> options;

    private final RedisClient client;

    private final StatefulRedisConnection<String, byte[]> connection;

    private RedisServer(String... options) {
        super("Redis");
        this.options = List.of(options);
        resume();
        this.client = RedisClient.create(RedisURI.builder()
            .withHost("127.0.0.1")
            .withPort(getPort())
            .withPassword(PASSWORD.toCharArray())
            .build());
        this.connection = this.client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE));
    }

    static boolean isAvailable() {
        return executable().isPresent();
    }

    private static Optional<Path> executable() {
        return onPath("redis-server");
    }

    @Override
    protected List<String> command() {
        List<String> command = new ArrayList<>(List.of(executable().orElseThrow().toString(), "--port",
                String.valueOf(getPort()), "--bind", "127.0.0.1", "--dir", getDirectory().toString(), "--save", "",
                "--appendonly", "no", "--requirepass", PASSWORD));
        command.addAll(this.options);
        return command;
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

    /** Returns what Spring Boot connects with. */
    public String[] properties() {
        return new String[] { "spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + getPort(),
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
        super.close();
        this.client.shutdownAsync();
    }

}
