package io.github.claimcheck.temporal.store.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import io.github.claimcheck.temporal.internal.ClientSettings;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.testing.AzuriteServer;
import io.github.claimcheck.temporal.testing.AzuriteServerTest;
import io.github.claimcheck.temporal.testing.HttpStoreTests;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * The driver on a server that checks signatures, with a client made from the starter's
 * properties.
 */
@AzuriteServerTest
class AzureBlobObjectStoreTests extends HttpStoreTests {

    private static final String PREFIX = DRIVERS + "azure.";

    private static final String RUN = "/ri/" + RUN_ID + "/d/sha256/";

    private static final String KEY = "v0/d/sha256/" + "0".repeat(64);

    private final AzuriteServer server = AzuriteServer.shared();

    private final String container = this.server.createBucket();

    private final ApplicationContextRunner direct = savingNothing().withPropertyValues(
            PREFIX + "container=" + this.container, PREFIX + "connection-string=" + this.server.getConnectionString());

    @Override
    protected URI endpoint() {
        return this.server.getEndpoint();
    }

    @Override
    protected ApplicationContextRunner runnerTo(URI endpoint) {
        return this.direct.withPropertyValues(PREFIX + "connection-string=" + AzuriteServer.connectionString(endpoint));
    }

    @Test
    void theBlobIsTheSerializedPayloadAndItsNameEndsInTheDigest() {
        Payload payload = Payloads.of(Payloads.bytes(100_000, 2));
        String expected = "v0/ns/payments%20prod/wt/ChargeWorkflow/wi/order%2B123%3Dabc" + RUN + digest(payload);

        run(this.direct,
                (driver) -> driver
                    .store(StorageContexts.store(
                            new StorageDriverWorkflowInfo("payments prod", "order+123=abc", RUN_ID, "ChargeWorkflow")),
                            List.of(payload))
                    .join());

        assertThat(this.server.keys(this.container)).containsExactly(expected);
        assertThat(this.server.content(this.container, expected)).isEqualTo(payload.toByteArray());
    }

    @Test
    void theClaimHoldsContainerKeyAndHashAndNothingElse() {
        Payload payload = payload("one");

        run(this.direct, (driver) -> {
            assertThat(driver.getName()).isEqualTo("azure.blobdriver");
            assertThat(driver.getType()).isEqualTo("azure.blobdriver");
            assertThat(store(driver, payload).get(0).getClaimData()).isEqualTo(Map.of("container", this.container,
                    "key", "v0/ns/default/wt/ChargeWorkflow/wi/order-1" + RUN + digest(payload), "hash_algorithm",
                    "sha256", "hash_value", digest(payload)));
        });
    }

    @Test
    void renewsTheAgeOfABlobThatIsStoredAgain() throws Exception {
        Payload payload = payload("one");

        run(this.direct, (driver) -> {
            List<StorageDriverClaim> first = store(driver, payload);
            String key = first.get(0).getClaimData().get("key");
            var blob = this.server.getClient().getBlobContainerClient(this.container).getBlobClient(key);
            var before = blob.getProperties().getLastModified();
            // Azure tells the time in seconds.
            await().untilAsserted(() -> {
                assertThat(store(driver, payload, payload)).containsExactly(first.get(0), first.get(0));
                assertThat(blob.getProperties().getLastModified()).isAfter(before);
            });
        });

        assertThat(this.server.keys(this.container)).hasSize(1);
    }

    @Test
    void retrievesMoreThanMayBeInFlight() {
        List<Payload> payloads = IntStream.range(0, 12)
            .mapToObj((i) -> Payloads.of(Payloads.bytes(3_000_000, i)))
            .toList();

        run(this.direct.withPropertyValues("temporal.external-storage.max-bytes-in-flight=4MB"),
                (driver) -> assertThat(retrieve(driver, driver.store(CONTEXT, payloads).join())).isEqualTo(payloads));
    }

    @Test
    void storesForAStandaloneActivityAndWithoutATarget() {
        Payload payload = payload("one");

        run(this.direct, (driver) -> {
            driver
                .store(StorageContexts
                    .store(new StorageDriverActivityInfo("default", "activity id+42", null, "Capture/Charge")),
                        List.of(payload))
                .join();
            driver.store(StorageContexts.store(null), List.of(payload)).join();
        });

        assertThat(this.server.keys(this.container)).containsExactlyInAnyOrder(
                "v0/ns/default/at/Capture%2FCharge/ai/activity%20id%2B42/ri/null/d/sha256/" + digest(payload),
                "v0/d/sha256/" + digest(payload));
    }

    @ParameterizedTest
    @ValueSource(strings = { "a/b", "../../etc/passwd", "/absolute", "a//b", "100%", "%2F", "%", "~home", "it's",
            "a\"b", "a\\b", "a b+c", "a?b#c&d=e;f", "bestellung-ü", "注文", "📦", "*", "(a)!", "a\u0000b", "...", ".",
            "..", "a.", "a./", "\uE000", "?sv=1&sig=2" })
    void storesAndReturnsPayloadsOfWorkflowsWithAnyId(String id) {
        Payload payload = payload("of " + id);

        run(this.direct, (driver) -> {
            List<StorageDriverClaim> claims = driver
                .store(StorageContexts.store(StorageContexts.workflow(id)), List.of(payload))
                .join();
            assertThat(this.server.keys(this.container)).singleElement()
                .isEqualTo(claims.get(0).getClaimData().get("key"))
                .satisfies((key) -> assertThat(key.split("/")).noneMatch((segment) -> segment.endsWith(".")));
            assertThat(retrieve(driver, claims)).containsExactly(payload);
        });
    }

    @ParameterizedTest
    @CsvSource({ "., %2E", ".., .%2E", "..., ..%2E", "a., a%2E", ".a, .a", "a.b, a.b" })
    void noSegmentEndsWithADot(String id, String segment) {
        run(this.direct,
                (driver) -> driver
                    .store(StorageContexts.store(new StorageDriverWorkflowInfo(id, id, id, id)),
                            List.of(payload("one")))
                    .join());

        assertThat(this.server.keys(this.container))
            .containsExactly("v0/ns/S/wt/S/wi/S/ri/S/d/sha256/".replace("S", segment) + digest(payload("one")));
    }

    @ParameterizedTest
    @CsvSource({ "835, ''", "836, ''", "837, ''", "1000, ''", "1000, team", "300, ''" })
    void noNameIsLongerThanAzureTakes(int length, String keyPrefix) {
        run(this.direct.withPropertyValues(PREFIX + "key-prefix=" + keyPrefix), (driver) -> {
            for (String character : List.of("x", ".", "ü")) {
                List<StorageDriverClaim> claims = driver
                    .store(StorageContexts.store(StorageContexts.workflow(character.repeat(length))),
                            List.of(payload("one")))
                    .join();
                assertThat(claims.get(0).getClaimData().get("key")).hasSizeLessThanOrEqualTo(1024);
                assertThat(retrieve(driver, claims)).containsExactly(payload("one"));
            }
        });
    }

    @Test
    void retrievesPayloadsStoredUnderAnEarlierKeyPrefix() {
        Payload payload = payload("one");
        Map<String, String> claim = new HashMap<>();
        run(this.direct.withPropertyValues(PREFIX + "key-prefix=temporal/prod"), (driver) -> claim
            .putAll(driver.store(StorageContexts.store(null), List.of(payload)).join().get(0).getClaimData()));

        assertThat(claim).containsEntry("key", "temporal/prod/v0/d/sha256/" + digest(payload));
        assertThat(this.server.keys(this.container)).containsExactly(claim.get("key"));
        run(this.direct.withPropertyValues(PREFIX + "key-prefix=later",
                PREFIX + "additional-key-prefixes=other,temporal/prod"),
                (driver) -> assertThat(retrieve(driver, List.of(new StorageDriverClaim(claim))))
                    .containsExactly(payload));
    }

    @Test
    void twoDriversOfTheType() {
        String archive = this.server.createBucket();
        String other = "temporal.external-storage.drivers.archive.";
        this.direct
            .withPropertyValues(other + "type=azure", other + "name=azure-archive", other + "container=" + archive,
                    other + "connection-string=" + this.server.getConnectionString(),
                    "temporal.external-storage.default-driver=azure")
            .run((context) -> {
                StorageDriver driver = context.getBean("archiveStorageDriver", StorageDriver.class);
                assertThat(driver.getName()).isEqualTo("azure-archive");
                assertThat(driver.getType()).isEqualTo("azure.blobdriver");
                store(driver, payload("old"));
                store(context.getBean("azureStorageDriver", StorageDriver.class), payload("new"));
                assertThat(this.server.keys(archive)).singleElement().asString().endsWith(digest(payload("old")));
                assertThat(this.server.keys(this.container)).singleElement()
                    .asString()
                    .endsWith(digest(payload("new")));
            });
    }

    @Nested
    class OnTheWire {

        @Test
        void anUploadIsOneRequestAndADownloadIsOneWhateverTheSize() {
            Payload large = Payloads.of(Payloads.bytes(49_000_000, 3));
            withGateway((gateway, driver) -> {
                gateway.on("HEAD", S3Gateway.denied());

                assertThat(retrieve(driver, store(driver, large))).containsExactly(large);

                assertThat(gateway.count()).isEqualTo(Map.of("PUT", 1L, "GET", 1L));
                assertThat(gateway.requests().get(0).query()).isNull();
                assertThat(gateway.requests().get(0).header("x-ms-blob-type")).isEqualTo("BlockBlob");
                assertThat(gateway.requests().get(0).bodySize()).isEqualTo(large.getSerializedSize());
            });
        }

        @Test
        void noSecondDigestGoesAlong() {
            withGateway((gateway, driver) -> {
                retrieve(driver, store(driver, payload("one")));

                assertThat(gateway.requests()).hasSize(2)
                    .allSatisfy((request) -> assertThat(request.headers().keySet())
                        .map((name) -> name.toLowerCase(Locale.ROOT))
                        .noneMatch((name) -> name.contains("md5") || name.contains("crc64")
                                || name.contains("structured")));
            });
        }

        @Test
        void theSizeIsAskedRoomForBeforeTheBytesCome() {
            byte[] content = Payloads.bytes(5_000_000, 4);
            AzureBlobObjectStoreTests.this.server.put(AzureBlobObjectStoreTests.this.container, KEY, content);
            List<Long> asked = new CopyOnWriteArrayList<>();
            CompletableFuture<Void> room = new CompletableFuture<>();

            CompletableFuture<byte[]> download = store(AzureBlobObjectStoreTests.this.server.getEndpoint())
                .get(Map.of("container", AzureBlobObjectStoreTests.this.container, "key", KEY), (bytes) -> {
                    asked.add(bytes);
                    return room;
                });

            await().until(() -> !asked.isEmpty());
            assertThat(download).isNotDone();
            room.complete(null);
            assertThat(download.join()).isEqualTo(content);
            assertThat(asked).containsExactly(5_000_000L);
        }

        @Test
        void closesTheConnectionOfADownloadThatIsNotAdmitted() {
            // Too much for the socket buffers, so that the gateway notices that nobody
            // reads.
            AzureBlobObjectStoreTests.this.server.put(AzureBlobObjectStoreTests.this.container, KEY,
                    Payloads.bytes(40_000_000, 5));
            Map<String, String> location = Map.of("container", AzureBlobObjectStoreTests.this.container, "key", KEY);
            try (S3Gateway gateway = newGateway()) {
                ObjectStore store = store(gateway.getEndpoint());

                assertThat(failureOf(store.get(location,
                        (bytes) -> CompletableFuture.failedFuture(new IllegalStateException("full")))))
                    .hasMessage("full");
                await().untilAsserted(() -> assertThat(gateway.brokenOff()).isEqualTo(1));

                List<Long> asked = new CopyOnWriteArrayList<>();
                CompletableFuture<byte[]> waiting = store.get(location, (bytes) -> {
                    asked.add(bytes);
                    return new CompletableFuture<>();
                });
                await().until(() -> !asked.isEmpty());
                waiting.cancel(true);
                await().untilAsserted(() -> assertThat(gateway.brokenOff()).isEqualTo(2));
            }
        }

        @Test
        void whatComesAfterATransferKeepsNoNetworkThreadBusy() {
            ObjectStore store = store(AzureBlobObjectStoreTests.this.server.getEndpoint());
            Map<String, String> location = Map.of("container", AzureBlobObjectStoreTests.this.container, "key", KEY);
            CompletableFuture<String> after = store.put(location, ByteString.copyFrom(new byte[1]), new byte[0])
                .thenApply((stored) -> Thread.currentThread().getName());
            assertThat(after.join()).doesNotContain("http", "nio", "epoll");
        }

        @Test
        void triesAgainWhenTheServerIsBusy() {
            withGateway((gateway, driver) -> {
                gateway.on("PUT", S3Gateway.failing(503, "ServerBusy", 2));
                gateway.on("GET", S3Gateway.failing(500, "InternalError", 2));

                assertThat(retrieve(driver, store(driver, payload("one")))).containsExactly(payload("one"));

                assertThat(gateway.count()).isEqualTo(Map.of("PUT", 3L, "GET", 3L));
            });
        }

        @Test
        void anAttemptThatTimesOutIsFollowedByAnother() {
            withGateway((gateway, driver) -> {
                S3Gateway.Hold hold = new S3Gateway.Hold(2);
                gateway.on("PUT", hold);
                CompletableFuture<?> stored = driver.store(CONTEXT, List.of(payload("one")));
                hold.awaitArrival();
                stored.cancel(true);
            }, PREFIX + "api-call-attempt-timeout=1s");
        }

    }

    @Nested
    class WhenSomethingIsWrong {

        @Test
        void refusesABlobThatIsDamagedOnItsWayInAndOut() {
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                gateway.on("GET", S3Gateway.corruptingAnswers());
                assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(PayloadIntegrityException.class);
            });
            withGateway((gateway, driver) -> {
                gateway.on("PUT", S3Gateway.corruptingRequests());
                assertThat(failureOfStoring(driver, payload("two")))
                    .hasMessageContaining("its Content-MD5 is not that of the upload");
            });
        }

        @Test
        void saysThatAMissingBlobMayHaveExpired() {
            run(AzureBlobObjectStoreTests.this.direct, (driver) -> {
                StorageDriverClaim claim = store(driver, payload("one")).get(0);
                String key = claim.getClaimData().get("key");
                AzureBlobObjectStoreTests.this.server.delete(AzureBlobObjectStoreTests.this.container, key);

                assertThat(failureOfRetrieving(driver, List.of(claim))).isInstanceOf(ObjectNotFoundException.class)
                    .hasMessageContaining("'azure.blobdriver' could not retrieve")
                    .hasMessageContaining("container=" + AzureBlobObjectStoreTests.this.container)
                    .hasMessageContaining("key=" + key)
                    .hasMessageContaining("endpoint=" + AzureBlobObjectStoreTests.this.server.getEndpoint())
                    .hasMessageContaining("expired by a lifecycle rule");
            });
        }

        @Test
        void saysWhatToDoAboutAMissingContainer() {
            run(AzureBlobObjectStoreTests.this.direct.withPropertyValues(PREFIX + "container=no-such-container"),
                    (driver) -> {
                        assertThat(failureOfStoring(driver, payload("one"))).isInstanceOf(StorageDriverException.class)
                            .hasMessageContaining("container=no-such-container")
                            .hasMessageContaining("Azure responded with 404 ContainerNotFound: The specified container")
                            .hasMessageContaining(
                                    "If the container was deleted, restore it; otherwise create it, or correct the driver's "
                                            + "container property");
                        assertThat(failureOfRetrieving(driver,
                                List.of(claim("container", "no-such-container", "key", KEY))))
                            .isNotInstanceOf(ObjectNotFoundException.class)
                            .hasMessageContaining("If the container was deleted, restore it; otherwise create it");
                        // The server may close the connection before it has read all, so
                        // that its answer is lost.
                        assertThat(failureOfStoring(driver, Payloads.of(Payloads.bytes(20_000_000, 7))))
                            .hasMessageMatching(
                                    "(?s).*(If the container was deleted, restore it|check the container).*");
                    });
        }

        @ParameterizedTest
        @CsvSource(nullValues = "null",
                value = { "null, v0, has no container", "'', v0, has no container",
                        "../other, v0, container is not one", "payloads?restype=container, v0, container is not one",
                        "evil.example/x, v0, container is not one", "Payloads, v0, container is not one",
                        "container, null, has no key", "container, '', has no key" })
        void refusesAClaimWithoutAContainerOrAKey(String container, String key, String message) {
            withGateway((gateway, driver) -> {
                String named = "container".equals(container) ? AzureBlobObjectStoreTests.this.container : container;
                assertThat(failureOfRetrieving(driver,
                        List.of(claim("container", named, "key", (key != null && !key.isEmpty()) ? KEY : key))))
                    .isInstanceOf(ClaimRefusedException.class)
                    .hasMessageContaining("could not retrieve")
                    .hasMessageContaining(message);
                assertThat(gateway.requests()).isEmpty();
            });
        }

        @ParameterizedTest
        @ValueSource(strings = { "../../other/", "/", "?comp=list&restype=container&x=/", "a\r\nX-Evil: 1/", "../",
                "%2e%2e/", "http://evil.example/", "a\u0000b/", "\\..\\" })
        void aHostileKeyLeadsNowhereElse(String start) {
            leadsNowhereElse(start + KEY);
        }

        @ParameterizedTest
        @ValueSource(strings = { "..", ".", "key", "v0/d/sha256/0", "v0/d/sha256/../../x" })
        void aKeyOfAnotherKindLeadsNowhere(String key) {
            leadsNowhereElse(key);
            run(AzureBlobObjectStoreTests.this.direct,
                    (driver) -> assertThat(failureOfRetrieving(driver,
                            List.of(claim("container", AzureBlobObjectStoreTests.this.container, "key", key))))
                        .hasMessageContaining("the claim's key is not a key of this driver"));
        }

        private void leadsNowhereElse(String key) {
            withGateway((gateway, driver) -> {
                assertThat(failureOfRetrieving(driver,
                        List.of(claim("container", AzureBlobObjectStoreTests.this.container, "key", key))))
                    .isInstanceOf(StorageDriverException.class);
                String start = "/" + AzuriteServer.ACCOUNT + "/" + AzureBlobObjectStoreTests.this.container + "/";
                assertThat(gateway.requests()).allSatisfy((request) -> {
                    assertThat(request.path()).startsWith(start);
                    assertThat(request.path().substring(start.length())).doesNotContain("/").isNotEqualTo("..");
                    assertThat(request.query()).isNull();
                });
            });
        }

        @Test
        void saysToCheckTheCredentialsWhenTheKeyIsWrong() {
            String wrong = "d3Jvbmcta2V5LThmM2E=";
            run(AzureBlobObjectStoreTests.this.direct.withPropertyValues(PREFIX + "connection-string="
                    + AzuriteServer.connectionString(AzureBlobObjectStoreTests.this.server.getEndpoint(), wrong)),
                    (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                        .hasMessageContaining("Azure rejected the credentials")
                        .hasMessageContaining("connection-string")
                        .satisfies((failure) -> assertThat(everythingSaidBy(failure)).doesNotContain(wrong, "<?xml")));
            assertThat(AzureBlobObjectStoreTests.this.server.keys(AzureBlobObjectStoreTests.this.container)).isEmpty();
        }

        @Test
        void namesThePermissionThatIsMissing() {
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                gateway.on("PUT", S3Gateway.failing(403, "AuthorizationPermissionMismatch"));
                gateway.on("GET", S3Gateway.failing(403, "AuthorizationPermissionMismatch"));

                assertThat(failureOfStoring(driver, payload("card 4111")))
                    .hasMessageContaining("Azure responded with 403 AuthorizationPermissionMismatch")
                    .hasMessageContaining("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write")
                    .hasMessageContaining("Storage Blob Data Contributor")
                    .satisfies((failure) -> assertThat(everythingSaidBy(failure))
                        .doesNotContain(AzuriteServer.ACCOUNT_KEY, "4111"));
                assertThat(failureOfRetrieving(driver, claims))
                    .hasMessageContaining("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read")
                    .hasMessageContaining("Storage Blob Data Reader");
            });
        }

        @ParameterizedTest
        @CsvSource({ "403, KeyBasedAuthenticationNotPermitted, Set the driver's endpoint",
                "409, BlobImmutableDueToPolicy, immutability policy", "409, BlobArchived, Rehydrate the blob" })
        void saysWhatToDoAboutARefusal(int status, String code, String remedy) {
            withGateway((gateway, driver) -> {
                gateway.on("PUT", S3Gateway.failing(status, code));
                assertThat(failureOfStoring(driver, payload("one"))).hasMessageContaining(code)
                    .hasMessageContaining(remedy);
            });
        }

        @Test
        void saysHowLongAKeyMayBe() {
            // A long id leaves the key; a long namespace stays in it.
            StorageDriverStoreContext context = StorageContexts
                .store(new StorageDriverWorkflowInfo("n".repeat(1000), "id", null, null));
            withGateway((gateway, driver) -> {
                gateway.on("PUT", S3Gateway.failing(400, "OutOfRangeInput"));
                assertThat(failureOf(driver.store(context, List.of(payload("one")))))
                    .hasMessageMatching("(?s).*The key is 10\\d\\d characters long, but Azure allows 1024.*");
            });
        }

        @Test
        void saysWhatToDoWithoutCredentials() {
            assertThat(store(AzureBlobObjectStoreTests.this.server.getEndpoint())
                .diagnose(ObjectStore.Operation.STORE, Map.of(),
                        new ClientAuthenticationException("no managed identity", null))
                .remedy()).contains("connection-string", "DefaultAzureCredential");
        }

        @Test
        void saysWhatToCheckWhenTheServerIsGoneAndWorksOnceItIsBack() throws Exception {
            try (AzuriteServer own = AzuriteServer.start()) {
                String container = own.createBucket();
                run(AzureBlobObjectStoreTests.this.direct.withPropertyValues(PREFIX + "container=" + container,
                        PREFIX + "connection-string=" + own.getConnectionString()), (driver) -> {
                            List<StorageDriverClaim> claims = store(driver, payload("before"));
                            own.awaitSaved(claims.get(0).getClaimData().get("key"));
                            own.kill();

                            assertThat(failureOfStoring(driver, payload("after")))
                                .isInstanceOf(StorageDriverException.class)
                                .hasMessageContaining("endpoint=" + own.getEndpoint())
                                .hasMessageContaining("Check the network and the driver's endpoint");
                            assertThat(failureOfRetrieving(driver, claims))
                                .hasMessageContaining("Check the network and the driver's endpoint");

                            own.resume();
                            assertThat(retrieve(driver, claims)).containsExactly(payload("before"));
                            assertThat(retrieve(driver, store(driver, payload("after"))))
                                .containsExactly(payload("after"));
                        });
            }
        }

        @Test
        void namesThePropertiesOfATimeoutWhenTheServerIsSlow() {
            withGateway((gateway, driver) -> {
                // Never released: the server takes for ever.
                gateway.on("PUT", new S3Gateway.Hold(1));
                assertThat(failureOfStoring(driver, payload("one"))).hasMessageContaining("could not store")
                    .hasMessageContaining("increase the driver's api-call-timeout and api-call-attempt-timeout");
            }, PREFIX + "api-call-timeout=500ms");
        }

        @Test
        void saysWhatToCheckWhenTheConnectionIsCut() {
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                gateway.on("PUT", S3Gateway.cut());
                gateway.on("GET", S3Gateway.cut());

                assertThat(failureOfStoring(driver, payload("two"))).isInstanceOf(StorageDriverException.class)
                    .hasMessageContaining("Check the network and the driver's endpoint");
                assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(StorageDriverException.class)
                    .hasMessageContaining("Check the network and the driver's endpoint");
            });
        }

        @Test
        void returnsNoPayloadOfADownloadThatIsCutInTheMiddle() {
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, Payloads.of(Payloads.bytes(500_000, 6)));
                gateway.on("GET", S3Gateway.cutInTheMiddle());

                assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(StorageDriverException.class)
                    .hasMessageContaining("could not retrieve");
            }, PREFIX + "api-call-timeout=5s");
        }

        @Test
        void aDownloadThatIsCutOnceGoesOnWhereItWas() {
            Payload payload = Payloads.of(Payloads.bytes(500_000, 6));
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload);
                gateway.on("GET", (exchange) -> {
                    gateway.on("GET", S3Gateway.Exchange::forward);
                    S3Gateway.cutInTheMiddle().handle(exchange);
                });

                assertThat(retrieve(driver, claims)).containsExactly(payload);
                assertThat(gateway.requests().get(2).header("x-ms-range")).startsWith("bytes=");
                assertThat(gateway.requests().get(2).header("if-match")).isNotNull();
            });
        }

    }

    private ObjectStore store(URI endpoint) {
        return new AzureBlobObjectStore(
                new BlobServiceClientBuilder().connectionString(AzuriteServer.connectionString(endpoint))
                    .buildAsyncClient(),
                this.container, "", OwnPlaces.withKeyPrefixes("", List.of()), Duration.ofSeconds(60),
                ClientSettings.OF_DRIVER);
    }

}
