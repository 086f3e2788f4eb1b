package io.github.claimcheck.temporal.store.redis;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import io.github.claimcheck.temporal.internal.StorePlace;
import io.github.claimcheck.temporal.internal.TlsFailures;
import io.github.claimcheck.temporal.internal.UnconfirmedUpload;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.ExpirationOptions;
import org.springframework.data.redis.connection.ReactiveKeyCommands.ExpireCommand;
import org.springframework.data.redis.connection.ReactiveRedisClusterConnection;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStringCommands.SetOption;
import org.springframework.data.redis.core.types.Expiration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Stores objects as values in Redis, with the keys and claims of the Redis driver in the
 * Temporal Python SDK's samples.
 * <p>
 * Storing sets an object if it is absent. Before that, in the same round trip, it extends
 * the life of an existing object to at least that of a new one, and never shortens it:
 * with a time to live by {@code PEXPIRE GT}, which requires Redis 7.0, and otherwise by
 * {@code PERSIST}. In this order, an object cannot expire between the two commands.
 * <p>
 * Storing does not compare an existing value, because Redis would have to send it back.
 * An altered value therefore stays, and retrieving it fails. To repair it, delete the key
 * and store the payload again. {@linkplain #replace Replacing} sets the value even if one
 * exists.
 * <p>
 * Retrieving reads the size before the value, to be admitted to memory, because the
 * client buffers whole values. Redis processes the commands of a connection in order, so
 * other commands wait for large values. Cancelling a transfer withdraws a command that
 * has not been sent, and discards the response to one that has.
 * <p>
 * All commands have a single key, so that clusters are supported: {@code SET},
 * {@code GET}, {@code STRLEN}, and {@code PEXPIRE} or {@code PERSIST}.
 * <p>
 * Thread-safe. No thread waits for Redis, except one of Reactor's elastic threads while
 * the connection factory first connects. Continuations of transfers run on such threads,
 * too, so that they do not delay other commands.
 */
final class RedisObjectStore implements ObjectStore {

    /** The type and default name of drivers on this store. */
    static final String DRIVER_TYPE = "redis";

    /** The maximum size of a value in Redis, in bytes. */
    static final long MAX_SIZE = 512 * 1024 * 1024;

    private static final ExpirationOptions ONLY_LATER = ExpirationOptions.builder().gt().build();

    private final ReactiveRedisConnectionFactory connections;

    private final RedisNodes nodes;

    private final String keyPrefix;

    private final OwnPlaces places;

    private final @Nullable Duration ttl;

    private final Expiration expiration;

    /**
     * Creates a store.
     * @param connections provides the connection; not closed by this store
     * @param keyPrefix the prefix of every key, which one colon follows; may be empty
     * @param earlierKeyPrefixes further prefixes that claims may have, in the same form
     * @param ttl how long Redis keeps an object after it was last stored, at least a
     * millisecond; null to keep it forever
     */
    RedisObjectStore(ReactiveRedisConnectionFactory connections, String keyPrefix, List<String> earlierKeyPrefixes,
            @Nullable Duration ttl) {
        this.connections = connections;
        this.nodes = new RedisNodes(connections);
        this.keyPrefix = withoutColon(keyPrefix);
        this.places = OwnPlaces.withRedisKeyPrefixes(withColon(keyPrefix),
                earlierKeyPrefixes.stream().map(RedisObjectStore::withColon).toList());
        this.ttl = ttl;
        this.expiration = (ttl != null) ? Expiration.milliseconds(ttl.toMillis()) : Expiration.persistent();
    }

    private static String withColon(String keyPrefix) {
        String prefix = withoutColon(keyPrefix);
        return prefix.isEmpty() ? prefix : prefix + ":";
    }

    private static String withoutColon(String keyPrefix) {
        return keyPrefix.replaceFirst(":+$", "");
    }

    /**
     * Locates a payload by its key. With a time to live, the location is not run-scoped,
     * so that each upload extends the object's life.
     */
    @Override
    public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        RedisKey key = RedisKey.of(this.keyPrefix, context.getTarget(), hexDigest);
        return new Location(Map.of(KEY, key.value()), key.runScoped() && this.ttl == null);
    }

    @Override
    public void requireOwn(Map<String, String> location, String hexDigest) {
        this.places.requireKey(ObjectStore.require(location, KEY), hexDigest);
    }

    @Override
    public CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256) {
        ByteBuffer key = key(location);
        ExpireCommand keep = ExpireCommand.expire(key, this.expiration).withOptions(ONLY_LATER);
        return run((connection) -> Mono.when(connection.keyCommands().applyExpiration(Mono.just(keep)),
                set(connection, key, content, false)));
    }

    @Override
    public CompletableFuture<?> replace(Map<String, String> location, ByteString content, byte[] sha256) {
        ByteBuffer key = key(location);
        return run((connection) -> set(connection, key, content, true).filter(Boolean::booleanValue)
            .switchIfEmpty(Mono.error(() -> new UnconfirmedUpload("it is not OK"))));
    }

    /** Spring Data Redis 3.5 lacks the replacement of {@link SetOption}. */
    @SuppressWarnings("deprecation")
    private Mono<Boolean> set(ReactiveRedisConnection connection, ByteBuffer key, ByteString content,
            boolean replacing) {
        return connection.stringCommands()
            .set(key, content.asReadOnlyByteBuffer(), this.expiration,
                    replacing ? SetOption.upsert() : SetOption.ifAbsent());
    }

    @Override
    public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
        ByteBuffer key = key(location);
        return run((connection) -> connection.stringCommands()
            .strLen(key)
            .flatMap((size) -> Mono.fromFuture(admission.admit(size)))
            .then(connection.stringCommands().get(key))
            .map(RedisObjectStore::content)
            .switchIfEmpty(Mono.error(() -> new ObjectNotFoundException(missing(), null))));
    }

    private String missing() {
        return "the key does not exist."
                + ((this.ttl != null)
                        ? " It may have expired: the driver's ttl is " + describe(this.ttl)
                                + ", and must exceed the longest chain of workflow runs plus the retention period."
                        : "")
                + (this.nodes.readsFromReplicas() ? " Reads go to replicas, which may lag behind: set "
                        + "spring.data.redis.lettuce.read-from to upstream, or ReadFrom.UPSTREAM on the connection "
                        + "factory." : "")
                + " Redis may have evicted it: set maxmemory-policy to noeviction";
    }

    private static String describe(Duration ttl) {
        if (ttl.equals(Duration.ofDays(ttl.toDays()))) {
            return ttl.toDays() + "d";
        }
        return ttl.equals(Duration.ofSeconds(ttl.toSeconds())) ? ttl.toSeconds() + "s" : ttl.toMillis() + "ms";
    }

    private static ByteBuffer key(Map<String, String> location) {
        return ByteBuffer.wrap(ObjectStore.require(location, KEY).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Runs commands, starting and completing on threads that may block. Fails with the
     * server's or the network's exception.
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
        return this.nodes + ", key=" + location.get(KEY);
    }

    @Override
    public Map<String, String> place() {
        return StorePlace.of("nodes", this.nodes.toString(), this.keyPrefix, null);
    }

    /**
     * Sends PING. A server that denies it has accepted the user, and works. In a cluster,
     * whose nodes answer PING also while it is down, asks for the size of an object that
     * cannot exist.
     */
    @Override
    public CompletableFuture<Map<String, Object>> check(Map<String, String> nowhere) {
        return run((connection) -> ((connection instanceof ReactiveRedisClusterConnection)
                ? connection.stringCommands().strLen(key(nowhere)) : connection.ping())
            .map((answer) -> Map.<String, Object>of())
            .onErrorResume(RedisObjectStore::isNoPermission,
                    (denied) -> Mono.just(Map.of("answer", "NOPERM: the Redis user lacks the permission +ping"))));
    }

    private static boolean isNoPermission(Throwable failure) {
        return String.valueOf(rootCause(failure).getMessage()).startsWith("NOPERM ");
    }

    @Override
    public CompletableFuture<Expiry> readExpiry(String namespace) {
        return CompletableFuture
            .completedFuture((this.ttl != null) ? Expiry.after(this.ttl, "The driver's ttl is " + describe(this.ttl))
                    : Expiry.never("The driver has no ttl"));
    }

    @Override
    public Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return switch (message.split(" ", 2)[0]) {
            case "NOAUTH", "WRONGPASS" ->
                new Diagnosis(Kind.DENIED, "Redis rejected the credentials. Check spring.data.redis.username and "
                        + "spring.data.redis.password, or those of the connection factory");
            case "NOPERM" -> new Diagnosis(Kind.DENIED, "Grant the Redis user the permissions " + permissions(operation)
                    + " on the keys ~" + (this.keyPrefix.isEmpty() ? "" : this.keyPrefix + ":") + "v0:*");
            case "OOM" -> new Diagnosis(Kind.THROTTLED,
                    "Redis has reached maxmemory. Increase it, delete unneeded data, or set the driver's ttl so that "
                            + "payloads expire. Do not allow eviction, because references to evicted payloads remain");
            case "READONLY" -> new Diagnosis(Kind.UNREACHABLE,
                    "The server is a read-only replica. Set spring.data.redis to the primary, a cluster or the "
                            + "sentinels");
            case "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY" -> new Diagnosis(Kind.UNREACHABLE,
                    "Redis is starting or failing over. Once it is ready, the next attempt succeeds");
            case "MISCONF", "NOREPLICAS" -> new Diagnosis(Kind.UNREACHABLE,
                    "Redis rejects writes that it could lose. Check its disk and its replicas");
            case "WRONGTYPE" -> new Diagnosis(Kind.OTHER,
                    "The key contains something other than a payload. Set the driver's key-prefix to a prefix that no "
                            + "other application uses");
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
        String tls = TlsFailures.remedy(failure, "spring.data.redis.ssl.bundle",
                "spring.data.redis.host, port and ssl.enabled");
        if (tls != null) {
            return new Diagnosis(Kind.UNREACHABLE, tls);
        }
        if (message.contains("determine a partition")) {
            return new Diagnosis(Kind.UNREACHABLE,
                    "No node of the cluster serves this key. Check the cluster's state, and spring.data.redis.cluster.nodes");
        }
        if (message.contains("pexpire")) {
            return new Diagnosis(Kind.OTHER,
                    "The driver's ttl requires a server with PEXPIRE GT, such as Redis 7.0 or later");
        }
        if (message.contains("max number of clients")) {
            return new Diagnosis(Kind.THROTTLED, "Redis has too many connections. Increase maxclients");
        }
        // A connection timeout is a ConnectException.
        boolean timedOut = message.contains("timed out") && !(failure instanceof ConnectException);
        if (timedOut || failure instanceof IOException || message.contains("connect")) {
            return new Diagnosis(timedOut ? Kind.TIMED_OUT : Kind.UNREACHABLE,
                    "Check the network, and spring.data.redis.host and spring.data.redis.port, or those of the "
                            + "connection factory. If Redis is slow, increase spring.data.redis.timeout");
        }
        return Diagnosis.UNKNOWN;
    }

}
