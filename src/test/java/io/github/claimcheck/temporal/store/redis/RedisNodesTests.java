package io.github.claimcheck.temporal.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.lettuce.core.ReadFrom;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Which servers a message names. */
class RedisNodesTests {

    @Test
    void aServer() {
        assertThat(nodes(new RedisStandaloneConfiguration("redis.example.com", 7000), null))
            .hasToString("server=redis.example.com:7000, database=0");
    }

    @Test
    void aSocket() {
        assertThat(nodes(new RedisSocketConfiguration("/run/redis.sock"), null))
            .hasToString("socket=/run/redis.sock, database=0");
    }

    @Test
    void aPrimaryAndReplicas() {
        RedisStaticMasterReplicaConfiguration configuration = new RedisStaticMasterReplicaConfiguration("primary", 1);
        configuration.addNode("replica", 2);
        assertThat(nodes(configuration, ReadFrom.REPLICA_PREFERRED))
            .hasToString("servers=[primary:1, replica:2], database=0, reads from replicas");
    }

    @Test
    void sentinels() {
        assertThat(nodes(new RedisSentinelConfiguration("payloads", Set.of("sentinel:26379")), null))
            .hasToString("master=payloads, sentinels=[sentinel:26379], database=0");
    }

    @Test
    void aCluster() {
        assertThat(nodes(new RedisClusterConfiguration(Set.of("one:1")), ReadFrom.UPSTREAM))
            .hasToString("cluster=[one:1]");
    }

    @Test
    void anotherLibrary() {
        assertThat(new RedisNodes(mock(ReactiveRedisConnectionFactory.class)).toString())
            .startsWith("connection factory=");
    }

    private static RedisNodes nodes(RedisConfiguration servers, ReadFrom readFrom) {
        LettuceClientConfiguration.LettuceClientConfigurationBuilder client = LettuceClientConfiguration.builder();
        if (readFrom != null) {
            client.readFrom(readFrom);
        }
        return new RedisNodes(new LettuceConnectionFactory(servers, client.build()));
    }

}
