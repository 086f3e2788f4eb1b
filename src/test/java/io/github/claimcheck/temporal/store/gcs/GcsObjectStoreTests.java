package io.github.claimcheck.temporal.store.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.cloud.storage.Storage;
import com.sun.net.httpserver.HttpServer;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.store.composite.CompositeTestDrivers;
import io.github.claimcheck.temporal.testing.GcsServer;
import io.github.claimcheck.temporal.testing.GcsServerTest;
import io.github.claimcheck.temporal.testing.HttpStoreTests;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * The driver on a server of Cloud Storage's protocol, with a client made from the
 * starter's properties.
 */
@GcsServerTest
class GcsObjectStoreTests extends HttpStoreTests {

    private static final String PREFIX = DRIVERS + "gcs.";

    private final GcsServer server = GcsServer.shared();

    private final String bucket = this.server.createBucket();

    private final ApplicationContextRunner direct = savingNothing()
        .withPropertyValues(this.server.properties(this.bucket));

    @Override
    protected URI endpoint() {
        return this.server.getEndpoint();
    }

    @Override
    protected ApplicationContextRunner runnerTo(URI endpoint) {
        return this.direct.withPropertyValues(GcsServer.properties(this.bucket, endpoint));
    }

    @Test
    void theObjectIsTheSerializedPayloadAndTheClaimSaysWhereItIs() {
        Payload payload = Payloads.of(Payloads.bytes(100_000, 2));
        String digest = Payloads.sha256(payload.toByteArray());
        String expected = "v0/ns/payments prod/wt/ChargeWorkflow/wi/order+123=abc/ri/" + RUN_ID + "/d/sha256/" + digest;

        run(this.direct,
                (driver) -> assertThat(
                        driver
                            .store(StorageContexts.store(new StorageDriverWorkflowInfo("payments prod", "order+123=abc",
                                    RUN_ID, "ChargeWorkflow")), List.of(payload))
                            .join())
                    .extracting(StorageDriverClaim::getClaimData)
                    .containsExactly(Map.of("bucket", this.bucket, "key", expected, "object_name", expected,
                            "hash_algorithm", "sha256", "hash_value", digest)));

        assertThat(this.server.keys(this.bucket)).containsExactly(expected);
        assertThat(this.server.content(this.bucket, expected)).isEqualTo(payload.toByteArray());
    }

    @Test
    void hasTheNameAndTypeOfTheOfficialDrivers() {
        run(this.direct, (driver) -> {
            assertThat(driver.getName()).isEqualTo("gcp.gcsdriver");
            assertThat(driver.getType()).isEqualTo("gcp.gcsdriver");
        });
    }

    @Test
    void retrievesTheClaimsOfAllOfficialDriversThatNameTheHash() {
        run(this.direct, (driver) -> {
            Map<String, String> claim = store(driver, payload("one")).get(0).getClaimData();
            for (String either : List.of("key", "object_name")) {
                Map<String, String> with = new HashMap<>(claim);
                with.remove(either);
                assertThat(retrieve(driver, List.of(new StorageDriverClaim(with)))).containsExactly(payload("one"));
            }
        });
    }

    @Test
    void retrievesTheClaimsOfTheFirstReleaseOfTheTypeScriptDriver() {
        run(this.direct, (driver) -> {
            Map<String, String> claim = store(driver, payload("one")).get(0).getClaimData();

            assertThat(retrieve(driver,
                    List.of(new StorageDriverClaim(Map.of("bucket", this.bucket, "object", claim.get("key"),
                            "hashAlgorithm", "sha256", "hashValue", claim.get("hash_value"))))))
                .containsExactly(payload("one"));
        });
    }

    @Test
    void refusesAClaimThatNamesSeveralObjects() {
        run(this.direct, (driver) -> {
            Map<String, String> claim = store(driver, payload("one")).get(0).getClaimData();
            for (String name : List.of("key", "object_name", "object")) {
                Map<String, String> with = new HashMap<>(claim);
                with.put(name, "another");
                List<StorageDriverClaim> claims = List.of(new StorageDriverClaim(with));

                assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(StorageDriverException.class)
                    .hasMessageContaining("the claim names several objects");
            }
        });
    }

    /**
     * It puts back what is gone or altered, where a claim says, once the driver has
     * checked the claim's key.
     */
    @Test
    void aMirrorOverwritesNoOtherObjectThatAClaimNames() {
        GcsClient client = GcsClient.of(GcsServer.newClient(this.server.getEndpoint()));
        byte[] content = payload("of somebody else").toByteArray();
        this.server.put(this.bucket, "another", content);
        try (ContentAddressedStorageDriver damaged = driver("damaged", client, this.bucket);
                ContentAddressedStorageDriver sound = driver("sound", client, this.server.createBucket())) {
            StorageDriver mirror = CompositeTestDrivers.mirror(damaged, sound);
            Map<String, String> claim = new HashMap<>(store(mirror, payload("one")).get(0).getClaimData());
            claim.computeIfPresent("damaged",
                    (name, json) -> json.replaceFirst("(\"object_name\":)\"[^\"]*\"", "$1\"another\""));
            assertThat(claim.get("damaged")).contains("another");

            assertThat(retrieve(mirror, List.of(new StorageDriverClaim(claim)))).containsExactly(payload("one"));

            await().during(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(this.server.content(this.bucket, "another")).isEqualTo(content));
        }
    }

    @Test
    void storingAgainMakesTheObjectNew() {
        run(this.direct, (driver) -> {
            String key = store(driver, payload("one")).get(0).getClaimData().get("key");
            long generation = this.server.generation(this.bucket, key);

            assertThat(retrieve(driver, store(driver, payload("one")))).containsExactly(payload("one"));

            assertThat(this.server.keys(this.bucket)).containsExactly(key);
            assertThat(this.server.generation(this.bucket, key)).isGreaterThan(generation);
        });
    }

    @Test
    void largePayloadsWaitForRoomWithoutFailing() {
        List<Payload> payloads = IntStream.range(0, 40)
            .mapToObj((i) -> Payloads.of(Payloads.bytes(1_000_000, i)))
            .toList();

        run(this.direct.withPropertyValues("temporal.external-storage.max-bytes-in-flight=3MB"), (driver) -> {
            List<StorageDriverClaim> claims = driver.store(CONTEXT, payloads).join();
            assertThat(retrieve(driver, claims)).isEqualTo(payloads);
        });
    }

    @Test
    void storesForAStandaloneActivityAndWithoutATarget() {
        String digest = Payloads.sha256(payload("one").toByteArray());

        run(this.direct, (driver) -> {
            driver
                .store(StorageContexts
                    .store(new StorageDriverActivityInfo("default", "activity id+42", null, "Capture/Charge")),
                        List.of(payload("one")))
                .join();
            driver.store(StorageContexts.store(null), List.of(payload("one"))).join();
        });

        assertThat(this.server.keys(this.bucket)).containsExactlyInAnyOrder(
                "v0/ns/default/at/Capture%2FCharge/ai/activity id+42/ri/null/d/sha256/" + digest,
                "v0/d/sha256/" + digest);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            a/b,                a%2Fb
            ../../etc/passwd,   ..%2F..%2Fetc%2Fpasswd
            .,                  %2E
            ..,                 %2E%2E
            ...,                ...
            100%,               100%25
            %2F,                %252F
            ~home,              ~home
            it's (a)!,          it's (a)!
            a"b,                a%22b
            a\\b,               a\\b
            a b+c,              a b+c
            a?b#c&d=e;f,        a%3Fb%23c&d=e;f
            a:b*c<d>e|f[g],     a%3Ab%2Ac%3Cd%3Ee%7Cf%5Bg%5D
            bestellung-ü,       bestellung-ü
            注文📦,             注文📦
            """)
    void storesAndReturnsPayloadsOfWorkflowsWithAnyId(String id, String segment) {
        storesAndReturns(id, segment);
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, '\t', '\n', '\r', 0x1f, 0x7f })
    void encodesControlCharacters(int character) {
        storesAndReturns("a" + (char) character + "b", "a%%%02Xb".formatted(character));
    }

    @Test
    void encodesControlCharactersThatAreNotAscii() {
        storesAndReturns("a\u0085b", "a%C2%85b");
    }

    private void storesAndReturns(String id, String segment) {
        Payload payload = payload("of " + id);

        run(this.direct, (driver) -> {
            List<StorageDriverClaim> claims = driver
                .store(StorageContexts.store(StorageContexts.workflow(id)), List.of(payload))
                .join();
            assertThat(claims.get(0).getClaimData().get("key")).contains("/wi/" + segment + "/ri/");
            assertThat(this.server.keys(this.bucket)).containsExactly(claims.get(0).getClaimData().get("key"));
            assertThat(retrieve(driver, claims)).containsExactly(payload);
        });
    }

    @Test
    void aNameThatWouldBeTooLongNamesTheNamespaceAlone() {
        String digest = Payloads.sha256(payload("one").toByteArray());

        run(this.direct, (driver) -> {
            for (String id : List.of("x".repeat(1_000), "注".repeat(300))) {
                List<StorageDriverClaim> claims = driver
                    .store(StorageContexts.store(StorageContexts.workflow(id)), List.of(payload("one")))
                    .join();
                assertThat(claims.get(0).getClaimData()).containsEntry("key", "v0/ns/default/d/sha256/" + digest);
                assertThat(retrieve(driver, claims)).containsExactly(payload("one"));
            }
        });
    }

    @Test
    void saysHowLongANameMayBe() {
        run(this.direct.withPropertyValues(PREFIX + "key-prefix=team"),
                (driver) -> assertThat(failureOf(driver.store(
                        StorageContexts.store(new StorageDriverWorkflowInfo("n".repeat(1000), "id", null, null)),
                        List.of(payload("one")))))
                    .hasMessageContaining("The object name would be 1085 bytes long, but Cloud Storage allows 1024")
                    .hasMessageContaining("Use a shorter namespace or key-prefix"));
    }

    @Test
    void putsTheKeyPrefixBeforeTheKeyAndReturnsWhatWasStoredBeforeItChanged() {
        String key = "temporal/prod/v0/d/sha256/" + Payloads.sha256(payload("one").toByteArray());
        Map<String, String> claim = new HashMap<>();

        run(this.direct.withPropertyValues(PREFIX + "key-prefix=temporal/prod"), (driver) -> claim
            .putAll(driver.store(StorageContexts.store(null), List.of(payload("one"))).join().get(0).getClaimData()));

        assertThat(this.server.keys(this.bucket)).containsExactly(key);
        run(this.direct.withPropertyValues(PREFIX + "additional-key-prefixes=temporal/prod/"),
                (driver) -> assertThat(retrieve(driver, List.of(new StorageDriverClaim(claim))))
                    .containsExactly(payload("one")));
        run(this.direct,
                (driver) -> assertThat(failureOfRetrieving(driver, List.of(new StorageDriverClaim(claim))))
                    .isInstanceOf(ClaimRefusedException.class)
                    .hasMessageContaining("additional-key-prefixes"));
    }

    @Test
    void twoDriversOfTheTypeStoreEachInItsBucket() {
        String other = this.server.createBucket();
        String archive = "temporal.external-storage.drivers.archive.";

        this.direct
            .withPropertyValues("temporal.external-storage.default-driver=gcs", archive + "type=gcs",
                    archive + "name=gcs-archive", archive + "bucket=" + other,
                    archive + "endpoint=" + this.server.getEndpoint())
            .run((context) -> {
                assertThat(context).hasNotFailed();
                store(context.getBean("gcsStorageDriver", StorageDriver.class), payload("one"));
                StorageDriver second = context.getBean("archiveStorageDriver", StorageDriver.class);
                assertThat(second.getName()).isEqualTo("gcs-archive");
                assertThat(retrieve(second, store(second, payload("two")))).containsExactly(payload("two"));
            });

        assertThat(this.server.keys(this.bucket)).hasSize(1);
        assertThat(this.server.keys(other)).hasSize(1);
    }

    @Test
    void usesTheApplicationsClientAndLeavesItOpen() {
        try (S3Gateway gateway = newGateway()) {
            Storage client = GcsServer.newClient(gateway.getEndpoint());

            run(this.direct.withBean(Storage.class, () -> client, (definition) -> definition.setDestroyMethodName("")),
                    (driver) -> {
                        List<StorageDriverClaim> claims = store(driver, payload("one"), Payload.getDefaultInstance());
                        assertThat(retrieve(driver, claims)).containsExactly(payload("one"),
                                Payload.getDefaultInstance());
                        this.server.delete(this.bucket, claims.get(0).getClaimData().get("key"));
                        assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(ObjectNotFoundException.class);
                    });

            // Two uploads; two downloads, each with a request for its size; then again,
            // and one of them finds nothing.
            assertThat(gateway.count()).containsEntry("POST", 2L)
                .hasEntrySatisfying("GET", (count) -> assertThat(count).isBetween(5L, 8L));
            assertThat(client.get(this.bucket)).isNotNull();
        }
    }

    @Nested
    class OnTheWire {

        @Test
        void storingAndRetrievingAreOneRequestEach() {
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"),
                        Payloads.of(Payloads.bytes(9_000_000, 1)));
                assertThat(gateway.count()).isEqualTo(Map.of("POST", 2L));

                retrieve(driver, claims);
                assertThat(gateway.count()).isEqualTo(Map.of("POST", 2L, "GET", 2L));

                store(driver, payload("one"));
                assertThat(gateway.count()).isEqualTo(Map.of("POST", 3L, "GET", 2L));
                assertThat(gateway.requests().get(0).query()).contains("uploadType=multipart");
                assertThat(gateway.requests()).noneMatch((request) -> request.header("content-encoding") != null);
            });
        }

        @ParameterizedTest
        @ValueSource(booleans = { false, true })
        void cancellingADownloadDoesNotWaitForTheResponse(boolean applicationClient) {
            Payload payload = Payloads.of(Payloads.bytes(1_000_000, 5));
            try (S3Gateway gateway = newGateway()) {
                ApplicationContextRunner runner = through(gateway);
                if (applicationClient) {
                    Storage client = GcsServer.newClient(gateway.getEndpoint());
                    runner = runner.withBean(Storage.class, () -> client,
                            (definition) -> definition.setDestroyMethodName(""));
                }
                run(runner, (driver) -> {
                    List<StorageDriverClaim> claims = store(driver, payload);
                    S3Gateway.HoldHalf half = new S3Gateway.HoldHalf();
                    gateway.on("GET", (exchange) -> {
                        if (exchange.request().query().contains("alt=media")) {
                            half.handle(exchange);
                        }
                        else {
                            exchange.forward();
                        }
                    });
                    CompletableFuture<?> retrieved = driver.retrieve(StorageContexts.retrieve(), claims);
                    half.awaitHalf();
                    // The driver has read it, and waits for more.
                    awaitFrame("sun.nio.ch.NioSocketImpl", "park");

                    assertThat(CompletableFuture.runAsync(() -> retrieved.cancel(true)))
                        .succeedsWithin(Duration.ofSeconds(10));

                    assertThat(retrieved).isCancelled();
                    if (!applicationClient) {
                        awaitIdleThreads();
                    }
                    half.release();
                });
            }
        }

        @Test
        void aTransferThatIsCancelledBetweenTwoAttemptsEnds() {
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                gateway.reset();
                gateway.on("POST", failing(503, Integer.MAX_VALUE));
                gateway.on("GET", failing(503, Integer.MAX_VALUE));
                List<CompletableFuture<?>> transfers = List.of(driver.store(CONTEXT, List.of(payload("two"))),
                        driver.retrieve(StorageContexts.retrieve(), claims));
                await().untilAsserted(() -> assertThat(gateway.count()).containsOnlyKeys("POST", "GET"));

                transfers.forEach((transfer) -> transfer.cancel(true));

                awaitIdleThreads();
            });
        }

        /** Waits until a transfer's thread is in a method. */
        private void awaitFrame(String type, String method) {
            await().pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces()).anySatisfy((thread, stack) -> {
                    assertThat(thread.getName()).isEqualTo("gcs-storage-driver");
                    assertThat(stack).anySatisfy((frame) -> {
                        assertThat(frame.getClassName()).isEqualTo(type);
                        assertThat(frame.getMethodName()).isEqualTo(method);
                    });
                }));
        }

        /**
         * No transfer's thread is in the client, neither in a request nor in a wait for
         * the next attempt.
         */
        private void awaitIdleThreads() {
            await().untilAsserted(() -> assertThat(Thread.getAllStackTraces()).noneSatisfy((thread, stack) -> {
                assertThat(thread.getName()).isEqualTo("gcs-storage-driver");
                assertThat(stack).anyMatch((frame) -> frame.getClassName().startsWith("com.google."));
            }));
        }

        @Test
        void closingTheDriverFailsTransfersInFlightAndWaiting() {
            try (S3Gateway gateway = newGateway()) {
                // More than the driver has threads.
                run(through(gateway).withPropertyValues("temporal.external-storage.max-concurrent-transfers=200"),
                        (driver) -> {
                            List<StorageDriverClaim> claims = store(driver, payload("one"));
                            S3Gateway.Hold hold = new S3Gateway.Hold(GcsClient.MAX_CONNECTIONS);
                            gateway.on("POST", hold);
                            gateway.on("GET", hold);
                            List<CompletableFuture<?>> transfers = new ArrayList<>();
                            for (int i = 0; i < 100; i++) {
                                transfers.add(driver.store(CONTEXT, List.of(payload("payload " + i))));
                                transfers.add(driver.retrieve(StorageContexts.retrieve(), claims));
                            }
                            hold.awaitArrival();

                            ((AutoCloseable) driver).close();

                            assertThat(transfers).allMatch(CompletableFuture::isDone);
                            transfers.add(driver.store(CONTEXT, List.of(payload("late"))));
                            transfers.add(driver.retrieve(StorageContexts.retrieve(), claims));
                            assertThat(transfers).allSatisfy((transfer) -> assertThat(failureOf(transfer))
                                .isInstanceOf(StorageDriverException.class)
                                .hasMessageContaining("the driver is closed"));
                            await().untilAsserted(
                                    () -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                                        .noneMatch((name) -> name.startsWith("gcs-storage-driver")));
                        });
            }
        }

        @Test
        void triesAgainWhenAConnectionIsNotTakenInTime() throws Exception {
            HttpServer late = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            late.createContext("/", (exchange) -> {
                byte[] answer = metadata(exchange.getRequestBody().readAllBytes()).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("content-type", "application/json");
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
            URI endpoint = URI.create("http://127.0.0.1:" + late.getAddress().getPort());
            try {
                // Until it is started, the server takes no connection. Now it has no room
                // for one that waits, either.
                fillTheQueue(late.getAddress());
                run(GcsObjectStoreTests.this.direct.withPropertyValues(GcsServer.properties("b", endpoint))
                    .withPropertyValues(PREFIX + "read-timeout=300ms"), (driver) -> {
                        CompletableFuture<?> stored = driver.store(CONTEXT, List.of(payload("one")));
                        // The first attempt is over, and the second is still to come.
                        awaitFrame("java.lang.Thread", "sleep");
                        late.start();
                        assertThat(stored).succeedsWithin(Duration.ofSeconds(30));
                    });
            }
            finally {
                late.stop(0);
            }
        }

        /** Returns the JSON in an upload, which names the object. */
        private static String metadata(byte[] upload) {
            String text = new String(upload, StandardCharsets.ISO_8859_1);
            return text.substring(text.indexOf('{'), text.indexOf('}') + 1);
        }

        private static void fillTheQueue(InetSocketAddress address) throws IOException {
            for (int i = 0; i < 100; i++) {
                Socket socket = new Socket();
                try {
                    socket.connect(address, 300);
                }
                catch (SocketTimeoutException ex) {
                    return;
                }
            }
            throw new AssertionError("The server should have room for a few connections only");
        }

        @Test
        void triesAgainWhenTheServerIsBusy() {
            withGateway((gateway, driver) -> {
                gateway.on("POST", failing(503, 1));
                gateway.on("GET", failing(503, 1));

                assertThat(retrieve(driver, store(driver, payload("one")))).containsExactly(payload("one"));

                assertThat(gateway.count()).isEqualTo(Map.of("POST", 2L, "GET", 2L));
            });
        }

    }

    @Nested
    class WhenSomethingIsWrong {

        @Test
        void refusesAnObjectThatIsDamagedOnItsWay() {
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                gateway.on("GET", S3Gateway.corruptingAnswers());

                assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(StorageDriverException.class);
            });
        }

        @Test
        void theServerRefusesAnUploadThatIsDamagedOnItsWay() {
            withGateway((gateway, driver) -> {
                // The last byte of the payload, before the boundary.
                gateway.on("POST", S3Gateway.corruptingRequests((body) -> {
                    String end = new String(body, StandardCharsets.ISO_8859_1);
                    body[end.lastIndexOf("one") + 2] ^= 1;
                    return body;
                }));

                assertThat(failureOfStoring(driver, payload("one"))).isInstanceOf(StorageDriverException.class)
                    .hasMessageContaining("could not store");
            });
            assertThat(GcsObjectStoreTests.this.server.keys(GcsObjectStoreTests.this.bucket)).isEmpty();
        }

        @Test
        void saysThatAMissingObjectMayHaveExpired() {
            run(GcsObjectStoreTests.this.direct, (driver) -> {
                StorageDriverClaim claim = store(driver, payload("one")).get(0);
                String key = claim.getClaimData().get("key");
                GcsObjectStoreTests.this.server.delete(GcsObjectStoreTests.this.bucket, key);

                assertThat(failureOfRetrieving(driver, List.of(claim))).isInstanceOf(ObjectNotFoundException.class)
                    .hasMessageContaining("'gcp.gcsdriver' could not retrieve")
                    .hasMessageContaining("bucket=" + GcsObjectStoreTests.this.bucket)
                    .hasMessageContaining("key=" + key)
                    .hasMessageContaining("endpoint=" + GcsObjectStoreTests.this.server.getEndpoint())
                    .hasMessageContaining("expired by a lifecycle rule");
            });
        }

        @Test
        void saysWhatToDoAboutAMissingBucket() {
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                // Cloud Storage says more than the server of the tests does.
                gateway.on("GET", (exchange) -> exchange.answer(404, "The specified bucket does not exist."));
                assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(StorageDriverException.class)
                    .isNotInstanceOf(ObjectNotFoundException.class)
                    .hasMessageContaining("If the bucket was deleted, restore it; otherwise create it");
            });
            run(GcsObjectStoreTests.this.direct.withPropertyValues(PREFIX + "bucket=no-such-bucket"),
                    (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                        .isInstanceOf(StorageDriverException.class)
                        .hasMessageContaining("could not store")
                        .hasMessageContaining("bucket=no-such-bucket")
                        .hasMessageContaining(
                                "If the bucket was deleted, restore it; otherwise create it, or correct the driver's "
                                        + "bucket property"));
        }

        @Test
        void refusesAClaimWithoutABucketOrAKey() {
            run(GcsObjectStoreTests.this.direct, (driver) -> {
                assertThat(failureOfRetrieving(driver, List.of(claim("key", "v0/d/sha256/" + "0".repeat(64)))))
                    .hasMessageContaining("could not retrieve")
                    .hasMessageContaining("the claim has no bucket");
                assertThat(failureOfRetrieving(driver, List.of(claim("bucket", "b", "key", ""))))
                    .hasMessageContaining("the claim has no key");
            });
        }

        @Test
        void namesThePermissionsThatStoringLacks() {
            withGateway((gateway, driver) -> {
                gateway.on("POST", failing(403, 100));

                assertThat(failureOfStoring(driver, payload("card 4111"))).hasMessageContaining("could not store")
                    .hasMessageContaining("storage.objects.create and storage.objects.delete")
                    .hasMessageContaining("on the bucket " + GcsObjectStoreTests.this.bucket)
                    .hasMessageContaining("roles/storage.objectUser")
                    .satisfies((failure) -> assertThat(everythingSaidBy(failure)).doesNotContain("4111"));
            });
        }

        @Test
        void namesThePermissionThatRetrievingLacks() {
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                gateway.on("GET", failing(403, 100));

                assertThat(failureOfRetrieving(driver, claims)).hasMessageContaining("could not retrieve")
                    .hasMessageContaining("storage.objects.get on the bucket " + GcsObjectStoreTests.this.bucket)
                    .hasMessageContaining("Without storage.objects.list");
            });
        }

        @Test
        void saysToCheckTheCredentialsWhenTheyAreNotAccepted() {
            withGateway((gateway, driver) -> {
                gateway.on("POST", failing(401, 100));

                assertThat(failureOfStoring(driver, payload("one")))
                    .hasMessageContaining("Cloud Storage rejected the credentials")
                    .hasMessageContaining("credentials-location");
            });
        }

        @ParameterizedTest
        @ValueSource(booleans = { true, false })
        void usesTheServiceAccountsKeyAndSaysWhenItIsRevoked(boolean accepted, @TempDir Path directory)
                throws Exception {
            try (S3Gateway tokens = newGateway()) {
                tokens.on("POST", (exchange) -> {
                    exchange.header("content-type", "application/json");
                    if (accepted) {
                        exchange.answer(200,
                                "{\"access_token\": \"token-1\", \"token_type\": \"Bearer\", \"expires_in\": 3600}");
                    }
                    else {
                        exchange.answer(400, "{\"error\": \"invalid_grant\"}");
                    }
                });
                Path key = serviceAccountKey(directory, tokens.getEndpoint());
                try (S3Gateway gateway = newGateway()) {
                    run(through(gateway).withPropertyValues(PREFIX + "credentials-location=" + key), (driver) -> {
                        if (accepted) {
                            store(driver, payload("one"));
                            assertThat(gateway.requests().get(0).header("authorization")).isEqualTo("Bearer token-1");
                        }
                        else {
                            assertThat(failureOfStoring(driver, payload("one")))
                                .hasMessageContaining("Google did not issue an access token for the credentials")
                                .hasMessageContaining("credentials-location");
                        }
                    });
                }
            }
        }

        @Test
        void saysWhatToCheckWhenTheServerIsGoneAndWorksOnceItIsBack() {
            try (GcsServer own = GcsServer.start()) {
                own.createBucket("own");
                run(GcsObjectStoreTests.this.direct.withPropertyValues(own.properties("own"))
                    .withPropertyValues(PREFIX + "api-call-timeout=5s"), (driver) -> {
                        List<StorageDriverClaim> claims = store(driver, payload("before"));
                        own.kill();

                        assertThat(failureOfStoring(driver, payload("after")))
                            .isInstanceOf(StorageDriverException.class)
                            .hasMessageContaining("could not store")
                            .hasMessageContaining("endpoint=" + own.getEndpoint())
                            .hasMessageContaining("Check the network and the driver's endpoint");
                        assertThat(failureOfRetrieving(driver, claims)).hasMessageContaining("could not retrieve")
                            .hasMessageContaining("Check the network and the driver's endpoint");

                        own.resume();
                        own.createBucket("own");
                        assertThat(retrieve(driver, store(driver, payload("after")))).containsExactly(payload("after"));
                    });
            }
        }

        @Test
        void namesThePropertyOfATimeoutWhenTheServerIsSlow() {
            try (S3Gateway gateway = newGateway()) {
                // Never released: the server takes for ever.
                gateway.on("POST", new S3Gateway.Hold(1));
                run(through(gateway).withPropertyValues(PREFIX + "api-call-timeout=400ms"),
                        (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                            .hasMessageContaining("could not store")
                            .hasMessageContaining("increase the driver's api-call-timeout"));
            }
        }

        @Test
        void anAttemptThatGetsNoAnswerIsFollowedByAnother() {
            try (S3Gateway gateway = newGateway()) {
                S3Gateway.Hold hold = new S3Gateway.Hold(2);
                gateway.on("POST", hold);
                run(through(gateway).withPropertyValues(PREFIX + "read-timeout=300ms"), (driver) -> {
                    CompletableFuture<List<StorageDriverClaim>> stored = driver.store(CONTEXT, List.of(payload("one")));
                    hold.awaitArrival();
                    stored.cancel(true);
                });
            }
        }

        @Test
        void saysWhatToCheckWhenTheConnectionIsCut() {
            try (S3Gateway gateway = newGateway()) {
                run(through(gateway).withPropertyValues(PREFIX + "api-call-timeout=5s"), (driver) -> {
                    List<StorageDriverClaim> claims = store(driver, payload("one"));
                    gateway.on("POST", S3Gateway.cut());
                    gateway.on("GET", S3Gateway.cut());

                    assertThat(failureOfStoring(driver, payload("two"))).isInstanceOf(StorageDriverException.class)
                        .hasMessageContaining("could not store")
                        .hasMessageContaining("Check the network and the driver's endpoint");
                    assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(StorageDriverException.class)
                        .hasMessageContaining("could not retrieve")
                        .hasMessageContaining("Check the network and the driver's endpoint");
                });
            }
        }

        @Test
        void aDownloadThatIsCutInTheMiddleGoesOn() {
            Payload payload = Payloads.of(Payloads.bytes(500_000, 6));
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload);
                AtomicInteger cuts = new AtomicInteger(1);
                gateway.on("GET", (exchange) -> {
                    if (cuts.getAndDecrement() > 0) {
                        S3Gateway.cutInTheMiddle().handle(exchange);
                    }
                    else {
                        exchange.forward();
                    }
                });

                assertThat(retrieve(driver, claims)).containsExactly(payload);
                assertThat(gateway.count()).containsEntry("GET", 2L);
            });
        }

        @Test
        void failsADownloadThatIsAlwaysCutOff() {
            try (S3Gateway gateway = newGateway()) {
                run(through(gateway).withPropertyValues(PREFIX + "api-call-timeout=5s"), (driver) -> {
                    List<StorageDriverClaim> claims = store(driver, Payloads.of(Payloads.bytes(500_000, 6)));
                    gateway.on("GET", S3Gateway.cutInTheMiddle());

                    assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(StorageDriverException.class)
                        .hasMessageContaining("could not retrieve");
                });
            }
        }

    }

    private static S3Gateway.Behaviour failing(int status, int times) {
        AtomicInteger left = new AtomicInteger(times);
        return (exchange) -> {
            if (left.getAndDecrement() > 0) {
                exchange.header("content-type", "application/json");
                exchange.answer(status,
                        "{\"error\": {\"code\": %d, \"message\": \"refused by the gateway\"}}".formatted(status));
            }
            else {
                exchange.forward();
            }
        };
    }

    private static Path serviceAccountKey(Path directory, URI tokens) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String key = "-----BEGIN PRIVATE KEY-----\\n"
                + Base64.getEncoder().encodeToString(generator.generateKeyPair().getPrivate().getEncoded())
                + "\\n-----END PRIVATE KEY-----\\n";
        return Files.writeString(directory.resolve("key.json"), """
                {"type": "service_account", "project_id": "test", "private_key_id": "1", "private_key": "%s",
                 "client_email": "driver@test.iam.gserviceaccount.com", "client_id": "1", "token_uri": "%s/token"}
                """.formatted(key, tokens));
    }

    private static ContentAddressedStorageDriver driver(String name, GcsClient client, String bucket) {
        return new ContentAddressedStorageDriver(name, GcsObjectStore.DRIVER_TYPE, Long.MAX_VALUE, "",
                new GcsObjectStore(client, bucket, "", OwnPlaces.withKeyPrefixes("", List.of()),
                        Duration.ofSeconds(10)));
    }

}
