package io.github.claimcheck.temporal.store.redis;

import io.github.claimcheck.temporal.internal.ClientSettings;
import io.lettuce.core.ReadFrom;
import java.lang.reflect.Field;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The servers that a connection factory connects to, for messages.
 *
 * @param connections the connection factory
 */
record RedisNodes(ReactiveRedisConnectionFactory connections) {

    /** Returns whether reads may go to replicas, which lag behind. */
    boolean readsFromReplicas() {
        return this.connections instanceof LettuceConnectionFactory lettuce && lettuce.getClientConfiguration()
            .getReadFrom()
            .filter((from) -> from != ReadFrom.UPSTREAM && from != ReadFrom.MASTER)
            .isPresent();
    }

    /** Describes the servers. */
    @Override
    public String toString() {
        if (!(this.connections instanceof LettuceConnectionFactory lettuce)) {
            return factory();
        }
        String servers = ClientSettings
            .told(() -> servers(lettuce) + (readsFromReplicas() ? ", reads from replicas" : ""));
        return (servers != null) ? servers : factory();
    }

    private String factory() {
        return "connection factory=" + this.connections.getClass().getName();
    }

    private static String servers(LettuceConnectionFactory lettuce) {
        RedisClusterConfiguration cluster = lettuce.getClusterConfiguration();
        if (cluster != null) {
            return "cluster=" + cluster.getClusterNodes();
        }
        String database = ", database=" + lettuce.getDatabase();
        RedisSentinelConfiguration sentinels = lettuce.getSentinelConfiguration();
        if (sentinels != null) {
            return "master=" + ((sentinels.getMaster() != null) ? sentinels.getMaster().getName() : null)
                    + ", sentinels=" + sentinels.getSentinels() + database;
        }
        RedisSocketConfiguration socket = lettuce.getSocketConfiguration();
        if (socket != null) {
            return "socket=" + socket.getSocket() + database;
        }
        RedisStaticMasterReplicaConfiguration nodes = masterAndReplicas(lettuce);
        if (nodes != null) {
            return nodes.getNodes()
                .stream()
                .map((node) -> node.getHostName() + ":" + node.getPort())
                .collect(Collectors.joining(", ", "servers=[", "]")) + database;
        }
        return "server=" + lettuce.getHostName() + ":" + lettuce.getPort() + database;
    }

    /** The factory has a getter for each of its configurations but this one. */
    private static @Nullable RedisStaticMasterReplicaConfiguration masterAndReplicas(LettuceConnectionFactory lettuce) {
        try {
            Field field = LettuceConnectionFactory.class.getDeclaredField("configuration");
            field.setAccessible(true);
            return (field.get(lettuce) instanceof RedisStaticMasterReplicaConfiguration nodes) ? nodes : null;
        }
        catch (ReflectiveOperationException | RuntimeException ex) {
            // Another version, or a native image: a message can do without.
            return null;
        }
    }

}
