package io.github.claimcheck.temporal.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.health.DriverHealth;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.health.StorageHealth;
import io.github.claimcheck.temporal.testing.RedisServer;
import io.github.claimcheck.temporal.testing.RedisServerTest;
import io.github.claimcheck.temporal.testing.StoreTests;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.protocol.CommandType;
import io.temporal.payload.storage.StorageDriver;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What a real Redis is asked for the driver's health, and what its answers mean. */
@RedisServerTest
class RedisHealthTests extends StoreTests {

    private static ApplicationContextRunner runner(RedisServer server, String... properties) {
        return savingNothing()
            .withConfiguration(
                    AutoConfigurations.of(DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class))
            .withPropertyValues(DRIVERS + "redis.type=redis", "spring.data.redis.lettuce.shutdown-timeout=0")
            .withPropertyValues(server.properties())
            .withPropertyValues(properties);
    }

    private static DriverHealth health(StorageHealth health) {
        return health.get("redis");
    }

    private static void assertDown(ApplicationContextRunner runner, String error, String remedy) {
        health(runner, (health) -> {
            assertThat(health(health).status()).isEqualTo(Status.DOWN);
            assertThat(health(health).details()).containsEntry("error", error);
            assertThat(health(health).details().get("message").toString()).contains(remedy).doesNotContain("hunter");
        });
    }

    private static long pings(RedisServer server) {
        return Pattern.compile("cmdstat_ping:calls=(\\d+)")
            .matcher(server.commands().info("commandstats"))
            .results()
            .mapToLong((ping) -> Long.parseLong(ping.group(1)))
            .sum();
    }

    @Test
    void isOnePingHoweverManyAsk() {
        RedisServer server = RedisServer.shared();
        health(runner(server), (health) -> {
            assertThat(health(health).status()).isEqualTo(Status.UP);
            assertThat(health(health).details().get("nodes").toString())
                .contains("server=127.0.0.1:" + server.getPort());
        });
        health(runner(server, "temporal.external-storage.health.check-interval=1ns"), (health) -> {
            health(health);
            server.commands().configResetstat();
            health(health);
            assertThat(pings(server)).isEqualTo(1);
            assertThat(server.calls()).isEmpty();
        });
        health(runner(server), (health) -> {
            health(health);
            server.commands().configResetstat();
            List<Thread> askers = IntStream.range(0, 50).mapToObj((asker) -> new Thread(() -> health(health))).toList();
            askers.forEach(Thread::start);
            for (Thread asker : askers) {
                asker.join();
            }
            assertThat(pings(server)).isZero();
        });
    }

    @Test
    void wrongCredentialsAreDown() {
        RedisServer server = RedisServer.shared();
        assertDown(runner(server, "spring.data.redis.password=hunter3"), "StorageAccessDeniedException",
                "spring.data.redis.password");
        assertDown(runner(server, "spring.data.redis.password="), "StorageAccessDeniedException",
                "spring.data.redis.password");
    }

    /** A user who may store and retrieve need not have the permission to ping. */
    @Test
    void aUserWhoMayNotPingIsUp() {
        try (RedisServer server = RedisServer.start()) {
            server.commands()
                .aclSetuser("app",
                        AclSetuserArgs.Builder.on()
                            .addPassword(RedisServer.PASSWORD)
                            .keyPattern("temporalio:payloads:v0:*")
                            .addCommand(CommandType.GET)
                            .addCommand(CommandType.STRLEN));
            health(runner(server, "spring.data.redis.username=app"), (health) -> {
                assertThat(health(health).status()).isEqualTo(Status.UP);
                assertThat(health(health).details().get("answer").toString()).contains("+ping");
            });
        }
    }

    @Test
    void aReplicaIsDownOnceItHasRefusedToStore() {
        try (RedisServer server = RedisServer.start("--replicaof", "127.0.0.1 1", "--replica-serve-stale-data",
                "yes")) {
            runner(server).run((context) -> {
                StorageHealth health = context.getBean(StorageHealth.class);
                assertThat(health(health).status()).isEqualTo(Status.UP);
                failureOfStoring(context.getBean(StorageDriver.class), payload("one"));
                assertThat(health(health).status()).isEqualTo(Status.DOWN);
                assertThat(health(health).details().get("message").toString()).contains("read-only replica");
            });
        }
    }

    @Test
    void aReplicaWithoutItsPrimaryIsDown() {
        try (RedisServer server = RedisServer.start("--replicaof", "127.0.0.1 1")) {
            server.commands().configSet("replica-serve-stale-data", "no");
            assertDown(runner(server), "StorageUnreachableException", "failing over");
        }
    }

    @Test
    void aServerThatIsNotThereIsDown() {
        RedisServer server = RedisServer.start();
        server.close();
        assertDown(runner(server), "StorageUnreachableException", "spring.data.redis.host");
    }

    @Test
    void aServerThatDoesNotAnswerIsDown() {
        try (RedisServer server = RedisServer.start()) {
            health(runner(server, "temporal.external-storage.health.check-timeout=300ms",
                    "temporal.external-storage.health.check-interval=1ns"), (health) -> {
                        assertThat(health(health).status()).isEqualTo(Status.UP);
                        server.commands().clientPause(2_000);
                        assertThat(health(health).status()).isEqualTo(Status.DOWN);
                        assertThat(health(health).details()).containsEntry("error", "StorageTimeoutException");
                        await().atMost(30, TimeUnit.SECONDS).until(() -> health(health).status() == Status.UP);
                    });
        }
    }

    /** Its nodes answer PING in either case. */
    @Test
    void aClusterIsUpOnceItServesTheKeys() {
        try (RedisServer cluster = RedisServer.start("--cluster-enabled", "yes")) {
            String nodes = "spring.data.redis.cluster.nodes=127.0.0.1:" + cluster.getPort();
            assertDown(runner(cluster, nodes), "StorageUnreachableException", "cluster's state");
            cluster.commands().clusterAddSlots(IntStream.range(0, 16384).toArray());
            await().until(() -> cluster.commands().clusterInfo().contains("cluster_state:ok"));
            health(runner(cluster, nodes), (health) -> assertThat(health(health).status()).isEqualTo(Status.UP));
        }
    }

}
