package io.github.claimcheck.temporal.store.redis;

import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.ExpirationOptions;
import org.springframework.data.redis.connection.ReactiveKeyCommands.ExpireCommand;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStringCommands.SetOption;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.types.Expiration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Keeps objects as values in Redis, under the keys and with the claims of the Redis
 * driver among the samples of Temporal's Python SDK.
 * <p>
 * An object is set if it is absent. Before that, in the same round trip, the life of one
 * that is there is made at least as long as that of one that is set now, and never
 * shorter: with a time to live by {@code PEXPIRE GT}, which needs Redis 7.0, and without
 * by {@code PERSIST}. In this order an object cannot expire between the two.
 * <p>
 * What is under the key already is not compared with what is stored, because it would
 * have to be sent back for that. A value that somebody has altered thus stays, and
 * retrieving it fails: to repair it, delete the key and have the payload stored again. A
 * {@linkplain #replace replacement} is set whatever is there.
 * <p>
 * Retrieving asks for the size before the value, so that there is room in memory for what
 * comes: the client holds all of a value, on its way in and out. Redis answers one
 * command of a connection after the other: other commands on it wait for large values.
 * Cancelling a transfer takes back a command that was not sent yet, and lets go of the
 * answer to one that was.
 * <p>
 * Only commands on one key are used, so that a cluster does. They are {@code SET},
 * {@code GET}, {@code STRLEN}, and {@code PEXPIRE} or {@code PERSIST}.
 * <p>
 * Thread-safe. No thread waits for Redis, except for one of Reactor's while the
 * connection factory connects for the first time. What follows a transfer runs on such a
 * thread, too, and keeps nobody else's commands waiting.
 */
final class RedisObjectStore implements ObjectStore {

    /** The type of drivers on this store, and their default name. */
    static final String DRIVER_TYPE = "redis";

    /** The largest value that Redis takes, in bytes. */
    static final long MAX_SIZE = 512 * 1024 * 1024;

    private static final ExpirationOptions ONLY_LATER = ExpirationOptions.builder().gt().build();

    private final ReactiveRedisConnectionFactory connections;

    private final String keyPrefix;

    private final @Nullable Duration ttl;

    private final Expiration expiration;

    /**
     * @param connections where the connection comes from; stays open
     * @param keyPrefix put before every key, with one colon in between; may be empty
     * @param ttl the time that Redis keeps an object for after it was last stored, at
     * least a millisecond; null for ever
     */
    RedisObjectStore(ReactiveRedisConnectionFactory connections, String keyPrefix, @Nullable Duration ttl) {
        this.connections = connections;
        this.keyPrefix = keyPrefix.replaceFirst(":+$", "");
        this.ttl = ttl;
        this.expiration = (ttl != null) ? Expiration.milliseconds(ttl.toMillis()) : Expiration.persistent();
    }

    /**
     * An object that expires is stored anew each time, to live longer: its place counts
     * as no run's own.
     */
    @Override
    public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        RedisKey key = RedisKey.of(this.keyPrefix, context.getTarget(), hexDigest);
        return new Location(Map.of(KEY, key.value()), key.ofRun() && this.ttl == null);
    }

    @Override
    public CompletableFuture<?> put(Map<String, String> location, byte[] content, byte[] sha256) {
        ByteBuffer key = bytes(ObjectStore.require(location, KEY));
        ExpireCommand keep = ExpireCommand.expire(key, this.expiration).withOptions(ONLY_LATER);
        return run((connection) -> Mono.when(connection.keyCommands().applyExpiration(Mono.just(keep)),
                set(connection, key, content, false)));
    }

    @Override
    public CompletableFuture<?> replace(Map<String, String> location, byte[] content, byte[] sha256) {
        ByteBuffer key = key(location);
        return run((connection) -> set(connection, key, content, true));
    }

    @SuppressWarnings("deprecation") // What Spring Data Redis 4.1 has in place of
                                     // SetOption, 3.5 has not.
    private Mono<Boolean> set(ReactiveRedisConnection connection, ByteBuffer key, byte[] content, boolean replacing) {
        return connection.stringCommands()
            .set(key, ByteBuffer.wrap(content), this.expiration, replacing ? SetOption.upsert() : SetOption.ifAbsent());
    }

    @Override
    public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
        ByteBuffer key = key(location);
        return run((connection) -> connection.stringCommands()
            .strLen(key)
            .flatMap((size) -> Mono.fromFuture(admission.admit(size)))
            .then(connection.stringCommands().get(key))
            .map(RedisObjectStore::content)
            .switchIfEmpty(Mono.error(() -> new ObjectNotFoundException(
                    "Redis has no such key, or has it no longer: "
                            + "with another maxmemory-policy than noeviction it removes what it has no room for",
                    null))));
    }

    private static ByteBuffer key(Map<String, String> claim) {
        String key = claim.get(KEY);
        if (key == null || !RedisKey.isKey(key)) {
            throw new IllegalArgumentException("the claim does not have the key of a payload");
        }
        return bytes(key);
    }

    /**
     * Begins and ends on threads that may wait, and fails with what the server or the
     * network said.
     */
    private <T> CompletableFuture<T> run(Function<ReactiveRedisConnection, Mono<T>> commands) {
        return Mono
            .usingWhen(
                    Mono.fromSupplier(this.connections::getReactiveConnection).subscribeOn(Schedulers.boundedElastic()),
                    commands, ReactiveRedisConnection::closeLater)
            .publishOn(Schedulers.boundedElastic())
            .onErrorMap(DataAccessException.class, RedisObjectStore::rootCause)
            .toFuture();
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static ByteBuffer bytes(String key) {
        return ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] content(ByteBuffer value) {
        if (value.hasArray() && value.array().length == value.remaining()) {
            return value.array();
        }
        byte[] content = new byte[value.remaining()];
        value.get(content);
        return content;
    }

    @Override
    public String describe(Map<String, String> location) {
        return server() + ", key=" + location.get(KEY);
    }

    private String server() {
        if (!(this.connections instanceof LettuceConnectionFactory lettuce)) {
            return "connection factory=" + this.connections.getClass().getName();
        }
        if (lettuce.getClusterConfiguration() != null) {
            return "cluster=" + lettuce.getClusterConfiguration().getClusterNodes();
        }
        if (lettuce.getSentinelConfiguration() != null) {
            return "sentinels=" + lettuce.getSentinelConfiguration().getSentinels() + ", database="
                    + lettuce.getDatabase();
        }
        return "server=" + lettuce.getHostName() + ":" + lettuce.getPort() + ", database=" + lettuce.getDatabase();
    }

    @Override
    public Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return switch (message.split(" ", 2)[0]) {
            case "NOAUTH",
                    "WRONGPASS" ->
                new Diagnosis(Kind.DENIED,
                        "Redis does not accept the credentials. Check spring.data.redis.username and "
                                + "spring.data.redis.password, or those of the connection factory");
            case "NOPERM" ->
                new Diagnosis(Kind.DENIED, "The user of Redis needs the permissions " + permissions(operation)
                        + " on the keys ~" + (this.keyPrefix.isEmpty() ? "" : this.keyPrefix + ":") + "v0:*");
            case "OOM" -> new Diagnosis(Kind.THROTTLED,
                    "Redis has no room: maxmemory is reached. Raise it, delete what is no longer needed, or set the "
                            + "driver's ttl so that payloads expire. Do not have payloads evicted instead: references "
                            + "to them remain");
            case "READONLY" -> new Diagnosis(Kind.UNREACHABLE,
                    "This server is a replica, which does not take writes. Have spring.data.redis name the primary, a "
                            + "cluster or the sentinels");
            case "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY" -> new Diagnosis(Kind.UNREACHABLE,
                    "Redis is starting or failing over. Once it is ready, the next attempt succeeds");
            case "MISCONF", "NOREPLICAS" -> new Diagnosis(Kind.UNREACHABLE,
                    "Redis does not take writes that it could lose. Check its disk or its replicas");
            case "WRONGTYPE" -> new Diagnosis(Kind.OTHER,
                    "The key holds something other than a payload. Give the driver a key-prefix that nobody else uses");
            default -> diagnose(failure, message.toLowerCase(Locale.ROOT));
        };
    }

    private String permissions(Operation operation) {
        if (operation == Operation.RETRIEVE) {
            return "+strlen +get";
        }
        return (this.ttl != null) ? "+pexpire +set" : "+persist +set";
    }

    private static Diagnosis diagnose(Throwable failure, String message) {
        if (message.contains("pexpire")) {
            return new Diagnosis(Kind.OTHER,
                    "The driver's ttl needs a server that has PEXPIRE with GT, as Redis has from version 7.0 on");
        }
        if (message.contains("max number of clients")) {
            return new Diagnosis(Kind.THROTTLED, "Redis has too many connections. Raise its maxclients");
        }
        // A connection that is not made in time is a ConnectException.
        boolean timedOut = message.contains("timed out") && !(failure instanceof ConnectException);
        if (timedOut || failure instanceof IOException || message.contains("connect")) {
            return new Diagnosis(timedOut ? Kind.TIMED_OUT : Kind.UNREACHABLE,
                    "Is Redis reachable from here? Check spring.data.redis.host and spring.data.redis.port, or those of "
                            + "the connection factory. If it is only slow, raise spring.data.redis.timeout");
        }
        return Diagnosis.UNKNOWN;
    }

}
