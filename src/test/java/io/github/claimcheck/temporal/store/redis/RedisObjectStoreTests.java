package io.github.claimcheck.temporal.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RedisServer;
import io.github.claimcheck.temporal.testing.RedisServerTest;
import io.github.claimcheck.temporal.testing.ServerProcess;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.github.claimcheck.temporal.testing.StoreTests;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.KillArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.protocol.CommandType;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The driver on a real Redis, with the connection that Spring Boot makes. */
@RedisServerTest
class RedisObjectStoreTests extends StoreTests {

    private static final String PREFIX = DRIVERS + "redis.";

    private static final long DAY = Duration.ofDays(1).toMillis();

    private final RedisServer server = RedisServer.shared();

    private final ApplicationContextRunner saving = onRedis(saving());

    private final ApplicationContextRunner direct = onRedis(savingNothing());

    private ApplicationContextRunner onRedis(ApplicationContextRunner runner) {
        return runner
            .withConfiguration(
                    AutoConfigurations.of(DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class))
            .withPropertyValues(PREFIX + "type=redis", "spring.data.redis.lettuce.shutdown-timeout=0")
            .withPropertyValues(this.server.properties());
    }

    @Test
    void theClaimHoldsKeyAndHashAndTheValueIsTheSerializedPayload() {
        Payload payload = payload("one");
        String digest = Payloads.sha256(payload.toByteArray());
        String key = "temporalio:payloads:v0:ns:payments%20prod:wt:ChargeWorkflow:wi:order%2B123%3Dabc:ri:" + RUN_ID
                + ":d:sha256:" + digest;

        run(this.direct, (driver) -> assertThat(storeFor(driver,
                new StorageDriverWorkflowInfo("payments prod", "order+123=abc", RUN_ID, "ChargeWorkflow"), payload)
            .getClaimData()).isEqualTo(Map.of("key", key, "hash_algorithm", "sha256", "hash_value", digest)));

        assertThat(keys()).containsExactly(key);
        assertThat(value(key)).isEqualTo(payload.toByteArray());
    }

    @Test
    void storesForAStandaloneActivityAndWithoutATarget() {
        Payload payload = payload("one");
        String digest = Payloads.sha256(payload.toByteArray());

        run(this.direct, (driver) -> {
            storeFor(driver, new StorageDriverActivityInfo("default", "activity id+42", null, "Capture/Charge"),
                    payload);
            storeFor(driver, null, payload);
        });

        assertThat(keys()).containsExactlyInAnyOrder(
                "temporalio:payloads:v0:ns:default:at:Capture%2FCharge:ai:activity%20id%2B42:ri:null:d:sha256:"
                        + digest,
                "temporalio:payloads:v0:d:sha256:" + digest);
    }

    @ParameterizedTest
    @ValueSource(strings = { "a/b", "../../etc/passwd", "a:b", "v0:d:sha256:", "100%", "%2F", "~home", "it's", "a\"b",
            "a\\b", "a b+c", "*", "[a]", "{tag}", "a\r\nFLUSHALL\r\n", "bestellung-ü", "注文", "📦", "a\u0000b" })
    void storesAndReturnsPayloadsOfWorkflowsWithAnyId(String id) {
        storesAndReturnsPayloadsOf(id);
    }

    @Test
    void storesAndReturnsPayloadsOfAWorkflowWithALongId() {
        storesAndReturnsPayloadsOf("注".repeat(1_000));
    }

    private void storesAndReturnsPayloadsOf(String id) {
        Payload payload = payload("of " + id);

        run(this.direct, (driver) -> {
            StorageDriverClaim claim = storeFor(driver, StorageContexts.workflow(id), payload);
            assertThat(keys()).containsExactly(claim.getClaimData().get("key"));
            assertThat(retrieve(driver, List.of(claim))).containsExactly(payload);
        });
    }

    @Test
    void hasTheNameAndTypeOfTheSampleDriver() {
        run(this.direct, (driver) -> {
            assertThat(driver.getName()).isEqualTo("redis");
            assertThat(driver.getType()).isEqualTo("redis");
        });
    }

    @Test
    void downloadsOverTheByteLimitWait() {
        List<Payload> payloads = IntStream.range(0, 40)
            .mapToObj((i) -> Payloads.of(Payloads.bytes(1_000_000, i)))
            .toList();

        run(this.direct.withPropertyValues("temporal.external-storage.max-bytes-in-flight=2MB"), (driver) -> {
            List<StorageDriverClaim> claims = driver.store(CONTEXT, payloads).join();
            assertThat(retrieve(driver, claims)).isEqualTo(payloads);
        });
    }

    @Test
    void theKeyPrefixIsOptional() {
        Payload payload = payload("one");

        run(this.direct.withPropertyValues(PREFIX + "key-prefix="),
                (driver) -> assertThat(retrieve(driver, List.of(storeFor(driver, null, payload))))
                    .containsExactly(payload));

        assertThat(keys()).containsExactly("v0:d:sha256:" + Payloads.sha256(payload.toByteArray()));
    }

    @Test
    void returnsWhatWasStoredUnderAnEarlierKeyPrefixThatIsListed() {
        Payload payload = payload("one");
        Map<String, String> claim = new HashMap<>();
        run(this.direct, (driver) -> claim.putAll(store(driver, payload).get(0).getClaimData()));
        StorageDriverClaim earlier = new StorageDriverClaim(claim);

        ApplicationContextRunner later = this.direct.withPropertyValues(PREFIX + "key-prefix=later");
        run(later.withPropertyValues(PREFIX + "additional-key-prefixes=temporalio:payloads,:"),
                (driver) -> assertThat(retrieve(driver, List.of(earlier))).containsExactly(payload));
        run(later,
                (driver) -> assertThat(failureOfRetrieving(driver, List.of(earlier)))
                    .isInstanceOf(ClaimRefusedException.class)
                    .hasMessageContaining("additional-key-prefixes"));
    }

    /** Whose name begins like ours, or whose keys look like ours. */
    @ParameterizedTest
    @ValueSource(strings = { "pay", "payloads2", "payloads:x", "x:payloads", "Payloads", "payloads:", ":payloads", "" })
    void readsNoKeyOfAnotherApplication(String prefix) {
        Payload payload = payload("one");
        String layout = "v0:d:sha256:" + digest(payload);
        String key = prefix.isEmpty() ? layout : prefix + ":" + layout;
        run(this.direct.withPropertyValues(PREFIX + "key-prefix=payloads"), (driver) -> {
            this.server.commands().configResetstat();
            assertThat(failureOfRetrieving(driver,
                    List.of(new StorageDriverClaim(
                            Map.of("key", key, "hash_algorithm", "sha256", "hash_value", digest(payload))))))
                .isInstanceOf(ClaimRefusedException.class);
            assertThat(this.server.calls()).isEmpty();
        });
    }

    @Test
    void storingAndRetrievingAreFourCommands() {
        run(this.direct, (driver) -> {
            this.server.commands().configResetstat();
            retrieve(driver, store(driver, payload("one")));
            assertThat(this.server.calls()).isEqualTo(Map.of("persist", 1L, "set", 1L, "strlen", 1L, "get", 1L));
        });
    }

    @Test
    void whatFollowsATransferDoesNotHoldUpTheConnection() {
        run(this.direct, (driver) -> {
            CompletableFuture<String> thread = driver.store(CONTEXT, List.of(Payloads.of(Payloads.bytes(5_000_000, 1))))
                .thenApply((claims) -> Thread.currentThread().getName());
            assertThat(thread.join()).doesNotContain("lettuce");
        });
    }

    @Test
    void aCluster() {
        try (RedisServer cluster = RedisServer.start("--cluster-enabled", "yes")) {
            cluster.commands().clusterAddSlots(IntStream.range(0, 16384).toArray());
            await().until(() -> cluster.commands().clusterInfo().contains("cluster_state:ok"));
            cluster.commands()
                .aclSetuser("temporal",
                        user("temporalio:payloads:*", CommandType.SET, CommandType.GET, CommandType.STRLEN,
                                CommandType.PEXPIRE)
                            .addCommand(CommandType.CLUSTER)
                            .addCommand(CommandType.INFO));
            List<Payload> payloads = IntStream.range(0, 50).mapToObj((i) -> payload("payload " + i)).toList();

            run(as("temporal", cluster).withPropertyValues(
                    "spring.data.redis.cluster.nodes=127.0.0.1:" + cluster.getPort(), PREFIX + "ttl=1d"), (driver) -> {
                        List<StorageDriverClaim> claims = driver.store(CONTEXT, payloads).join();
                        assertThat(retrieve(driver, claims)).isEqualTo(payloads);
                        cluster.commands().flushall();
                        assertThat(failureOfRetrieving(driver, claims))
                            .hasMessageContaining("cluster=[127.0.0.1:" + cluster.getPort() + "]");
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "30d" })
    void aMirrorPutsAnAlteredValueRight(String ttl, @TempDir Path directory) {
        this.direct
            .withPropertyValues(PREFIX + "ttl=" + ttl, DRIVERS + "disk.type=local-disk",
                    DRIVERS + "disk.directory=" + directory, DRIVERS + "both.type=mirror",
                    DRIVERS + "both.drivers=redis,disk", "temporal.external-storage.default-driver=both")
            .run((context) -> {
                assertThat(context).hasNotFailed();
                StorageDriver mirror = context.getBean("bothStorageDriver", StorageDriver.class);
                List<StorageDriverClaim> claims = store(mirror, payload("one"));
                this.server.commands().set(keys().get(0), new byte[100]);

                assertThat(retrieve(mirror, claims)).containsExactly(payload("one"));

                await().untilAsserted(() -> assertThat(value(keys().get(0))).isEqualTo(payload("one").toByteArray()));
                assertThat(remaining()).isBetween(ttl.isEmpty() ? -1 : 29 * DAY, ttl.isEmpty() ? -1 : 30 * DAY);
            });
    }

    @Test
    void twoDriversOnTwoConnections() {
        try (RedisServer other = RedisServer.start()) {
            ApplicationContextRunner runner = this.direct
                .withBean("redisConnectionFactory", LettuceConnectionFactory.class, () -> connectTo(this.server),
                        (definition) -> definition.setPrimary(true))
                .withBean("archiveConnectionFactory", LettuceConnectionFactory.class, () -> connectTo(other))
                .withPropertyValues("temporal.external-storage.default-driver=redis",
                        "temporal.external-storage.drivers.archive.type=redis",
                        "temporal.external-storage.drivers.archive.name=redis-archive",
                        "temporal.external-storage.drivers.archive.key-prefix=archive",
                        "temporal.external-storage.drivers.archive.connection-factory=archiveConnectionFactory");

            runner.run((context) -> {
                assertThat(context).hasNotFailed();
                store(context.getBean("redisStorageDriver", StorageDriver.class), payload("one"));
                store(context.getBean("archiveStorageDriver", StorageDriver.class), payload("two"));
            });

            assertThat(keys()).singleElement().asString().startsWith("temporalio:payloads:v0:");
            assertThat(other.commands().keys("*")).singleElement().asString().startsWith("archive:v0:");
        }
    }

    private static LettuceConnectionFactory connectTo(RedisServer server) {
        RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration("127.0.0.1", server.getPort());
        configuration.setPassword(RedisServer.PASSWORD);
        return new LettuceConnectionFactory(configuration);
    }

    @Nested
    class TimeToLive {

        private final ApplicationContextRunner expiring = RedisObjectStoreTests.this.direct
            .withPropertyValues(PREFIX + "ttl=30d");

        @Test
        void isEndlessByDefault() {
            run(RedisObjectStoreTests.this.direct, (driver) -> store(driver, payload("one")));

            assertThat(remaining()).isEqualTo(-1);
        }

        @Test
        void isTheConfiguredOne() {
            run(this.expiring, (driver) -> store(driver, payload("one")));

            assertThat(remaining()).isBetween(30 * DAY - 60_000, 30 * DAY);
        }

        @Test
        void beginsAnewWhenTheObjectIsStoredAgain() {
            run(this.expiring, (driver) -> {
                store(driver, payload("one"));
                commands().pexpire(onlyKey(), 20 * DAY);
                store(driver, payload("one"));
            });

            assertThat(remaining()).isBetween(30 * DAY - 60_000, 30 * DAY);
        }

        @Test
        void isNeverMadeShorter() {
            run(this.expiring, (driver) -> {
                store(driver, payload("one"));
                commands().pexpire(onlyKey(), 40 * DAY);
                store(driver, payload("one"));
            });

            assertThat(remaining()).isGreaterThan(30 * DAY);
        }

        @Test
        void isNotGivenToAnObjectThatHasNone() {
            run(RedisObjectStoreTests.this.direct, (driver) -> store(driver, payload("one")));
            run(this.expiring, (driver) -> store(driver, payload("one")));

            assertThat(remaining()).isEqualTo(-1);
        }

        @Test
        void isTakenFromAnObjectThatIsStoredForEver() {
            run(this.expiring, (driver) -> store(driver, payload("one")));
            run(RedisObjectStoreTests.this.direct, (driver) -> store(driver, payload("one")));

            assertThat(remaining()).isEqualTo(-1);
        }

        @Test
        void keepsUploadsFromBeingLeftOut() {
            run(RedisObjectStoreTests.this.saving.withPropertyValues(PREFIX + "ttl=30d"), (driver) -> {
                store(driver, payload("one"));
                commands().pexpire(onlyKey(), DAY);
                store(driver, payload("one"));
            });

            assertThat(remaining()).isGreaterThan(29 * DAY);
        }

        @Test
        void withoutTtlSkipsAnUploadWithinItsRun() {
            run(RedisObjectStoreTests.this.saving, (driver) -> {
                commands().configResetstat();
                store(driver, payload("one"));
                store(driver, payload("one"));
                assertThat(RedisObjectStoreTests.this.server.calls()).isEqualTo(Map.of("persist", 1L, "set", 1L));
            });
        }

        @Test
        void endsWithAnErrorThatSaysSo() {
            run(RedisObjectStoreTests.this.direct.withPropertyValues(PREFIX + "ttl=50ms"), (driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                await().until(() -> keys().isEmpty());
                assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(ObjectNotFoundException.class)
                    .hasMessageContaining("expired")
                    .hasMessageContaining("maxmemory-policy");
            });
        }

    }

    @Nested
    class WhenSomethingIsWrong {

        @Test
        void refusesAnObjectThatWasAlteredUntilItIsDeletedAndStoredAgain() {
            run(RedisObjectStoreTests.this.direct, (driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                commands().set(onlyKey(), payload("two").toByteArray());
                store(driver, payload("one"));
                assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(PayloadIntegrityException.class)
                    .hasMessageContaining("key=" + onlyKey());

                commands().del(onlyKey());
                store(driver, payload("one"));
                assertThat(retrieve(driver, claims)).containsExactly(payload("one"));
            });
        }

        @Test
        void namesAnObjectThatIsMissing() {
            run(RedisObjectStoreTests.this.direct, (driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                String key = onlyKey();
                commands().del(key);
                assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(ObjectNotFoundException.class)
                    .hasMessageContaining("key=" + key)
                    .hasMessageContaining("server=127.0.0.1:" + RedisObjectStoreTests.this.server.getPort())
                    .hasMessageContaining("the key does not exist");
            });
        }

        @ParameterizedTest
        @ValueSource(
                strings = { "session:1", "temporalio:payloads", "v0:d:sha256:", "temporalio:payloads:v0:d:sha256:x",
                        "v0:d:sha256:0000000000000000000000000000000000000000000000000000000000000000:more", "" })
        void aClaimLeadsToNothingButPayloads(String key) {
            commands().configResetstat();
            run(RedisObjectStoreTests.this.direct,
                    (driver) -> assertThat(failureOfRetrieving(driver,
                            List.of(new StorageDriverClaim(
                                    Map.of("key", key, "hash_algorithm", "sha256", "hash_value", "0".repeat(64))))))
                        .isInstanceOf(StorageDriverException.class)
                        .hasMessageMatching("(?s).*the claim.*key.*"));
            assertThat(RedisObjectStoreTests.this.server.calls()).isEmpty();
        }

        @Test
        void somethingElseUnderTheKey() {
            run(RedisObjectStoreTests.this.direct, (driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                String key = onlyKey();
                commands().del(key);
                commands().hset(key, "field", new byte[0]);
                assertThat(failureOfRetrieving(driver, claims)).hasMessageContaining("WRONGTYPE")
                    .hasMessageContaining("key-prefix");
            });
        }

        @Test
        void aWrongPassword() {
            run(RedisObjectStoreTests.this.direct.withPropertyValues("spring.data.redis.password=hunter3"),
                    (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                        .isInstanceOf(StorageDriverException.class)
                        .hasMessageContaining("WRONGPASS")
                        .hasMessageContaining("spring.data.redis.password")
                        .hasMessageNotContaining("hunter"));
        }

        @Test
        void noPassword() {
            run(RedisObjectStoreTests.this.direct.withPropertyValues("spring.data.redis.password="),
                    (driver) -> assertThat(failureOfStoring(driver, payload("one"))).hasMessageContaining("NOAUTH")
                        .hasMessageContaining("spring.data.redis.password"));
        }

        @Test
        void theDocumentedPermissionsAreEnough() {
            try (RedisServer own = RedisServer.start()) {
                own.commands()
                    .aclSetuser("temporal", user("temporalio:payloads:*", CommandType.SET, CommandType.GET,
                            CommandType.STRLEN, CommandType.PERSIST, CommandType.PEXPIRE));

                run(as("temporal", own), (driver) -> assertThat(retrieve(driver, store(driver, payload("one"))))
                    .containsExactly(payload("one")));
                run(as("temporal", own).withPropertyValues(PREFIX + "ttl=1d"),
                        (driver) -> assertThat(retrieve(driver, store(driver, payload("one"))))
                            .containsExactly(payload("one")));
            }
        }

        @Test
        void missingPermissionsAreNamed() {
            try (RedisServer own = RedisServer.start()) {
                own.commands().aclSetuser("reader", user("temporalio:payloads:*", CommandType.GET, CommandType.STRLEN));
                own.commands()
                    .aclSetuser("writer", user("temporalio:payloads:*", CommandType.SET, CommandType.PERSIST));
                own.commands().aclSetuser("other", user("other:*", CommandType.SET, CommandType.PEXPIRE));

                run(as("reader", own),
                        (driver) -> assertThat(failureOfStoring(driver, payload("one"))).hasMessageContaining("NOPERM")
                            .hasMessageContaining("+persist +set on the keys ~temporalio:payloads:v0:*"));
                run(as("writer", own), (driver) -> {
                    List<StorageDriverClaim> claims = store(driver, payload("one"));
                    assertThat(failureOfRetrieving(driver, claims)).hasMessageContaining("NOPERM")
                        .hasMessageContaining("+strlen +get on the keys ~temporalio:payloads:v0:*");
                });
                run(as("other", own).withPropertyValues(PREFIX + "ttl=1d"),
                        (driver) -> assertThat(failureOfStoring(driver, payload("one"))).hasMessageContaining("NOPERM")
                            .hasMessageContaining("+pexpire +set on the keys ~temporalio:payloads:v0:*"));
            }
        }

        @Test
        void aServerWithoutRoom() {
            try (RedisServer own = RedisServer.start("--maxmemory-policy", "noeviction")) {
                run(RedisObjectStoreTests.this.direct.withPropertyValues(own.properties()), (driver) -> {
                    List<StorageDriverClaim> claims = store(driver, payload("one"));
                    own.commands().configSet("maxmemory", "1");
                    assertThat(failureOfStoring(driver, payload("two"))).hasMessageContaining("OOM")
                        .hasMessageContaining("Redis has reached maxmemory")
                        .hasMessageContaining("ttl");
                    assertThat(retrieve(driver, claims)).containsExactly(payload("one"));
                });
            }
        }

        @Test
        void aReplica() {
            try (RedisServer own = RedisServer.start("--replica-serve-stale-data", "no")) {
                run(RedisObjectStoreTests.this.direct.withPropertyValues(own.properties()), (driver) -> {
                    List<StorageDriverClaim> claims = store(driver, payload("one"));
                    own.commands().replicaof("127.0.0.1", ServerProcess.freePort());
                    assertThat(failureOfRetrieving(driver, claims)).hasMessageContaining("MASTERDOWN")
                        .hasMessageContaining("the next attempt succeeds");
                    own.commands().configSet("replica-serve-stale-data", "yes");
                    assertThat(retrieve(driver, claims)).containsExactly(payload("one"));
                    assertThat(failureOfStoring(driver, payload("two"))).hasMessageContaining("READONLY")
                        .hasMessageContaining("primary");
                });
            }
        }

        @Test
        void aServerThatMayTakeNoWrites() {
            try (RedisServer own = RedisServer.start("--min-replicas-to-write", "1")) {
                run(RedisObjectStoreTests.this.direct.withPropertyValues(own.properties()),
                        (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                            .hasMessageContaining("NOREPLICAS")
                            .hasMessageContaining("replicas"));
            }
        }

        @Test
        void aServerThatCannotExtendALife() {
            try (RedisServer own = RedisServer.start("--rename-command", "PEXPIRE", "")) {
                run(RedisObjectStoreTests.this.direct.withPropertyValues(own.properties())
                    .withPropertyValues(PREFIX + "ttl=1d"),
                        (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                            .hasMessageContaining("ttl requires a server with PEXPIRE GT"));
            }
        }

        @Test
        void aServerThatIsNotThere() {
            int port = ServerProcess.freePort();

            run(RedisObjectStoreTests.this.direct.withPropertyValues("spring.data.redis.port=" + port),
                    (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                        .isInstanceOf(StorageDriverException.class)
                        .hasMessageContaining("Connection refused")
                        .hasMessageContaining("server=127.0.0.1:" + port)
                        .hasMessageContaining("spring.data.redis.host")
                        .hasMessageNotContaining("hunter"));
        }

        @Test
        void noCallerWaitsForAServerThatDoesNotAnswer() throws IOException {
            try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
                run(RedisObjectStoreTests.this.direct.withPropertyValues(
                        "spring.data.redis.port=" + silent.getLocalPort(), "spring.data.redis.timeout=2s"),
                        (driver) -> {
                            CompletableFuture<?> stored = driver.store(CONTEXT, List.of(payload("one")));
                            assertThat(stored).isNotDone();
                            assertThat(failureOf(stored)).hasMessageContaining("spring.data.redis.timeout");
                        });
            }
        }

        @Test
        void aServerThatIsTooSlow() {
            try (RedisServer own = RedisServer.start()) {
                run(RedisObjectStoreTests.this.direct.withPropertyValues(own.properties())
                    .withPropertyValues("spring.data.redis.timeout=500ms"), (driver) -> {
                        store(driver, payload("one"));
                        own.commands().clientPause(3_000);
                        assertThat(failureOfStoring(driver, payload("two"))).hasMessageContaining("timed out")
                            .hasMessageContaining("increase spring.data.redis.timeout");
                    });
            }
        }

        @Test
        void cancellingEndsTheWaitForASlowServerAndLeavesTheConnectionUsable() {
            try (RedisServer own = RedisServer.start()) {
                run(RedisObjectStoreTests.this.direct.withPropertyValues(own.properties()), (driver) -> {
                    List<StorageDriverClaim> claims = store(driver, payload("one"));
                    own.commands().clientPause(1_000);
                    StorageContexts.Token token = new StorageContexts.Token();
                    CompletableFuture<?> stored = driver.store(StorageContexts.store(null, token),
                            List.of(Payloads.of(Payloads.bytes(20_000_000, 1))));
                    CompletableFuture<?> retrieved = driver.retrieve(StorageContexts.retrieve(), claims);

                    token.cancel();
                    retrieved.cancel(true);

                    assertThatExceptionOfType(CancellationException.class).isThrownBy(stored::join);
                    assertThatExceptionOfType(CancellationException.class).isThrownBy(retrieved::join);
                    assertThat(retrieve(driver, store(driver, payload("two")))).containsExactly(payload("two"));
                });
            }
        }

        @Test
        void aConnectionThatWasCutIsMadeAnew() {
            run(RedisObjectStoreTests.this.direct, (driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                commands().clientKill(KillArgs.Builder.user("default").skipme());
                assertThat(retrieve(driver, claims)).containsExactly(payload("one"));
            });
        }

        @Test
        void aServerThatEndsDuringTransfers() {
            RedisServer own = RedisServer.start();
            run(RedisObjectStoreTests.this.direct.withPropertyValues(own.properties())
                .withPropertyValues("spring.data.redis.timeout=1s"), (driver) -> {
                    store(driver, payload("one"));
                    own.commands().clientPause(10_000);
                    CompletableFuture<?> stored = driver.store(CONTEXT, List.of(payload("two")));
                    own.close();
                    assertThat(failureOf(stored)).isInstanceOf(StorageDriverException.class)
                        .hasMessageContaining("Check the network, and spring.data.redis.host");
                });
        }

    }

    private static AclSetuserArgs user(String keys, CommandType... commands) {
        AclSetuserArgs user = AclSetuserArgs.Builder.on().addPassword(RedisServer.PASSWORD).keyPattern(keys);
        for (CommandType command : commands) {
            user.addCommand(command);
        }
        return user;
    }

    private ApplicationContextRunner as(String user, RedisServer own) {
        return this.direct.withPropertyValues(own.properties())
            .withPropertyValues("spring.data.redis.username=" + user);
    }

    private RedisCommands<String, byte[]> commands() {
        return this.server.commands();
    }

    private List<String> keys() {
        return commands().keys("*");
    }

    private String onlyKey() {
        assertThat(keys()).hasSize(1);
        return keys().get(0);
    }

    private byte[] value(String key) {
        return commands().get(key);
    }

    private long remaining() {
        return commands().pttl(onlyKey());
    }

}
