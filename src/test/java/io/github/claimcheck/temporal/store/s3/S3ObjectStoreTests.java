package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.PayloadRefusedException;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.testing.HttpStoreTests;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway.Request;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.net.URI;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * The driver on a real S3 server that checks signatures, with a client made from the
 * starter's properties.
 */
@S3ServerTest
class S3ObjectStoreTests extends HttpStoreTests {

    private static final String PREFIX = DRIVERS + "s3.";

    private static final String KEY = "v0/d/sha256/" + "0".repeat(64);

    private final S3Server server = S3Server.shared();

    private final String bucket = this.server.createBucket();

    private final ApplicationContextRunner direct = savingNothing()
        .withPropertyValues(this.server.properties(this.bucket));

    @Override
    protected URI endpoint() {
        return this.server.getEndpoint();
    }

    @Override
    protected ApplicationContextRunner runnerTo(URI endpoint) {
        return this.direct.withPropertyValues(S3Server.properties(this.bucket, endpoint));
    }

    @Test
    void theObjectIsTheSerializedPayloadAndItsKeyEndsInTheDigest() {
        Payload payload = Payloads.of(Payloads.bytes(100_000, 2));
        String digest = Payloads.sha256(payload.toByteArray());
        String expected = "v0/ns/payments%20prod/wt/ChargeWorkflow/wi/order%2B123%3Dabc/ri/"
                + "3f1d6c7a-8b2e-4f7a-9d0a-87a6f95e4d31/d/sha256/" + digest;

        run(this.direct,
                (driver) -> driver
                    .store(StorageContexts.store(
                            new StorageDriverWorkflowInfo("payments prod", "order+123=abc", RUN_ID, "ChargeWorkflow")),
                            List.of(payload))
                    .join());

        assertThat(this.server.keys(this.bucket)).containsExactly(expected);
        assertThat(this.server.content(this.bucket, expected)).isEqualTo(payload.toByteArray());
    }

    @Test
    void theClaimHoldsBucketKeyAndHashAndNothingElse() {
        Payload payload = payload("one");
        String digest = Payloads.sha256(payload.toByteArray());

        run(this.direct, (driver) -> assertThat(store(driver, payload).get(0).getClaimData()).isEqualTo(Map.of("bucket",
                this.bucket, "key", "v0/ns/default/wt/ChargeWorkflow/wi/order-1/ri/" + RUN_ID + "/d/sha256/" + digest,
                "hash_algorithm", "sha256", "hash_value", digest)));
    }

    @Test
    void hasTheNameAndTypeOfTheOfficialDrivers() {
        run(this.direct, (driver) -> {
            assertThat(driver.getName()).isEqualTo("aws.s3driver");
            assertThat(driver.getType()).isEqualTo("aws.s3driver");
        });
    }

    @Test
    void storingTheSamePayloadTwiceLeavesOneObject() {
        Payload payload = payload("one");

        run(this.direct, (driver) -> {
            List<StorageDriverClaim> first = store(driver, payload);
            List<StorageDriverClaim> second = store(driver, payload, payload);
            assertThat(second).containsExactly(first.get(0), first.get(0));
            assertThat(retrieve(driver, second)).containsExactly(payload, payload);
        });

        assertThat(this.server.keys(this.bucket)).hasSize(1);
    }

    @Test
    void storesForAStandaloneActivityAndWithoutATarget() {
        Payload payload = payload("one");
        String digest = Payloads.sha256(payload.toByteArray());

        run(this.direct, (driver) -> {
            driver
                .store(StorageContexts
                    .store(new StorageDriverActivityInfo("default", "activity id+42", null, "Capture/Charge")),
                        List.of(payload))
                .join();
            driver.store(StorageContexts.store(null), List.of(payload)).join();
        });

        assertThat(this.server.keys(this.bucket)).containsExactlyInAnyOrder(
                "v0/ns/default/at/Capture%2FCharge/ai/activity%20id%2B42/ri/null/d/sha256/" + digest,
                "v0/d/sha256/" + digest);
    }

    @ParameterizedTest
    @ValueSource(strings = { "a/b", "../../etc/passwd", "/absolute", "a//b", "100%", "%2F", "~home", "it's", "a\"b",
            "a\\b", "a b+c", "a?b#c&d=e;f", "bestellung-ü", "注文", "📦", "*", "(a)!", "a\u0000b", "..." })
    void storesAndReturnsPayloadsOfWorkflowsWithAnyId(String id) {
        Payload payload = payload("of " + id);

        run(this.direct, (driver) -> {
            List<StorageDriverClaim> claims = driver
                .store(StorageContexts.store(StorageContexts.workflow(id)), List.of(payload))
                .join();
            assertThat(this.server.keys(this.bucket)).containsExactly(claims.get(0).getClaimData().get("key"));
            assertThat(retrieve(driver, claims)).containsExactly(payload);
        });
    }

    @Test
    void putsTheKeyPrefixBeforeTheKey() {
        Payload payload = payload("one");
        String key = "temporal/prod/v0/d/sha256/" + Payloads.sha256(payload.toByteArray());

        run(this.direct.withPropertyValues(PREFIX + "key-prefix=temporal/prod"), (driver) -> {
            List<StorageDriverClaim> claims = driver.store(StorageContexts.store(null), List.of(payload)).join();
            assertThat(claims.get(0).getClaimData()).containsEntry("key", key);
            assertThat(retrieve(driver, claims)).containsExactly(payload);
        });

        assertThat(this.server.keys(this.bucket)).containsExactly(key);
    }

    @Test
    void returnsWhatWasStoredBeforeTheKeyPrefixWasChanged() {
        Payload payload = payload("one");
        Map<String, String> claim = new HashMap<>();
        run(this.direct, (driver) -> claim.putAll(store(driver, payload).get(0).getClaimData()));

        run(this.direct.withPropertyValues(PREFIX + "key-prefix=later", PREFIX + "additional-key-prefixes=old,/"),
                (driver) -> assertThat(retrieve(driver, List.of(new StorageDriverClaim(claim))))
                    .containsExactly(payload));
    }

    @Test
    void aBucketResolverChoosesTheBucketOfEachPayload() {
        String other = this.server.createBucket();
        Payload small = payload("small");
        Payload large = Payloads.of(Payloads.bytes(10_000, 3));
        S3BucketResolver bySize = (context, payload) -> (payload.getSerializedSize() > 1_000) ? other : this.bucket;

        ApplicationContextRunner resolving = this.direct
            .withPropertyValues(PREFIX + "additional-buckets=" + this.bucket + "," + other)
            .withBean(S3BucketResolver.class, () -> bySize);
        run(resolving, (driver) -> {
            List<StorageDriverClaim> claims = store(driver, small, large);
            assertThat(claims).extracting((claim) -> claim.getClaimData().get("bucket"))
                .containsExactly(this.bucket, other);
            assertThat(retrieve(driver, claims)).containsExactly(small, large);
        });

        assertThat(this.server.keys(this.bucket)).singleElement()
            .satisfies((key) -> assertThat(this.server.content(this.bucket, key)).isEqualTo(small.toByteArray()));
        assertThat(this.server.keys(other)).singleElement()
            .satisfies((key) -> assertThat(this.server.content(other, key)).isEqualTo(large.toByteArray()));
    }

    @Test
    void aBucketResolverTellsItsBuckets() {
        String other = this.server.createBucket();
        Payload payload = payload("one");
        S3BucketResolver resolver = new S3BucketResolver() {

            @Override
            public String resolveBucket(StorageDriverStoreContext context, Payload payload) {
                return S3ObjectStoreTests.this.bucket;
            }

            @Override
            public boolean isOwnBucket(String bucket) {
                return bucket.equals(S3ObjectStoreTests.this.bucket);
            }

        };

        run(this.direct.withBean(S3BucketResolver.class, () -> resolver), (driver) -> {
            StorageDriverClaim claim = store(driver, payload).get(0);
            assertThat(retrieve(driver, List.of(claim))).containsExactly(payload);
            this.server.put(other, claim.getClaimData().get("key"), payload.toByteArray());
            Map<String, String> forged = new HashMap<>(claim.getClaimData());
            forged.put("bucket", other);
            assertThat(failureOfRetrieving(driver, List.of(new StorageDriverClaim(forged))))
                .isInstanceOf(ClaimRefusedException.class)
                .hasMessageContaining("additional-buckets");
        });
    }

    @Test
    void storesNothingInABucketThatItWouldNotRetrieveFrom() {
        run(this.direct.withPropertyValues(PREFIX + "additional-buckets=another")
            .withBean(S3BucketResolver.class, () -> (context, payload) -> this.bucket),
                (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                    .isInstanceOf(PayloadRefusedException.class)
                    .hasMessageContaining("additional-buckets"));

        assertThat(this.server.keys(this.bucket)).isEmpty();
    }

    @Test
    void returnsWhatIsInEarlierBucketsAndUnderEarlierPrefixes() {
        String earlier = this.server.createBucket();
        Payload payload = payload("one");
        Map<String, String> claim = new HashMap<>();
        run(this.direct.withPropertyValues(PREFIX + "bucket=" + earlier, PREFIX + "key-prefix=team"),
                (driver) -> claim.putAll(store(driver, payload).get(0).getClaimData()));
        List<StorageDriverClaim> claims = List.of(new StorageDriverClaim(claim));

        ApplicationContextRunner both = this.direct.withPropertyValues(PREFIX + "key-prefix=team-b",
                PREFIX + "additional-buckets=" + earlier, PREFIX + "additional-key-prefixes=/,team");
        run(both, (driver) -> assertThat(retrieve(driver, claims)).containsExactly(payload));
        for (String missing : List.of("additional-buckets", "additional-key-prefixes")) {
            run(both.withPropertyValues(PREFIX + missing + "=other"),
                    (driver) -> assertThat(failureOfRetrieving(driver, claims))
                        .isInstanceOf(ClaimRefusedException.class)
                        .hasMessageContaining(missing));
        }
    }

    @Test
    void refusesABucketResolverThatChoosesNone() {
        S3BucketResolver none = (context, payload) -> null;

        run(this.direct.withPropertyValues(PREFIX + "additional-buckets=" + this.bucket)
            .withBean(S3BucketResolver.class, () -> none),
                (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                    .hasMessageContaining("S3BucketResolver returned no bucket")
                    .hasMessageContaining("StorageDriverSelector"));
    }

    @Nested
    class OnTheWire {

        @Test
        void storingNeedsPutAlone() {
            withGateway((gateway, driver) -> {
                gateway.on("HEAD", S3Gateway.denied());
                gateway.on("GET", S3Gateway.denied());

                store(driver, payload("one"), payload("two"), payload("three"));

                assertThat(gateway.count()).isEqualTo(Map.of("PUT", 3L));
            });
            assertThat(S3ObjectStoreTests.this.server.keys(S3ObjectStoreTests.this.bucket)).hasSize(3);
        }

        @Test
        void storingWhatIsThereAlreadyNeedsPutAlone() {
            withGateway((gateway, driver) -> {
                gateway.on("HEAD", S3Gateway.denied());
                gateway.on("GET", S3Gateway.denied());

                store(driver, payload("one"));
                store(driver, payload("one"));

                assertThat(gateway.count()).isEqualTo(Map.of("PUT", 2L));
            });
        }

        @Test
        void retrievingNeedsGetAlone() {
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"), payload("two"));
                gateway.on("HEAD", S3Gateway.denied());
                gateway.on("PUT", S3Gateway.denied());

                assertThat(retrieve(driver, claims)).containsExactly(payload("one"), payload("two"));

                assertThat(gateway.count()).isEqualTo(Map.of("PUT", 2L, "GET", 2L));
            });
        }

        @Test
        void theDigestIsTheUploadsOnlyChecksum() {
            Payload payload = Payloads.of(Payloads.bytes(2_000_000, 4));
            byte[] digest = HexFormat.of().parseHex(Payloads.sha256(payload.toByteArray()));

            withGateway((gateway, driver) -> {
                store(driver, payload);

                assertThat(gateway.requests()).singleElement().satisfies((request) -> {
                    assertThat(request.header("x-amz-checksum-sha256"))
                        .isEqualTo(Base64.getEncoder().encodeToString(digest));
                    assertThat(request.headers().keySet()).map((name) -> name.toLowerCase(Locale.ROOT))
                        .filteredOn((name) -> name.startsWith("x-amz-checksum") || name.equals("x-amz-trailer")
                                || name.equals("content-md5"))
                        .containsExactly("x-amz-checksum-sha256");
                    assertThat(request.bodySize()).isEqualTo(payload.getSerializedSize());
                });
            });
        }

        @Test
        void asksForNoEncryptionUnlessConfigured() {
            withGateway((gateway, driver) -> {
                store(driver, payload("one"));

                assertThat(gateway.requests().get(0).headers().keySet()).map((name) -> name.toLowerCase(Locale.ROOT))
                    .noneMatch((name) -> name.startsWith("x-amz-server-side-encryption"));
            });
        }

        @ParameterizedTest
        @ValueSource(strings = { ".", ".." })
        void sendsAnIdOfDotsAsItIs(String id) {
            withGateway((gateway, driver) -> {
                // S3 keeps such a key. The server of the tests takes it for a path on its
                // disk.
                gateway.on("PUT", S3Gateway.accepting());

                driver.store(StorageContexts.store(StorageContexts.workflow(id)), List.of(payload("one"))).join();

                assertThat(gateway.requests().get(0).path()).contains("/wt/ChargeWorkflow/wi/" + id + "/ri/");
            });
        }

        @ParameterizedTest
        @CsvSource({ "AES256, , AES256", "aws:kms, alias/temporal, aws:kms", "aws:kms, , aws:kms",
                "aws:kms:dsse, alias/temporal, aws:kms:dsse", ", alias/temporal, aws:kms" })
        void asksForTheConfiguredEncryption(String type, String keyId, String algorithm) {
            try (S3Gateway gateway = newGateway()) {
                // The server of the tests does not encrypt and refuses the headers.
                gateway.on("PUT", S3Gateway.accepting());
                ApplicationContextRunner runner = through(gateway);
                if (type != null) {
                    runner = runner.withPropertyValues(PREFIX + "server-side-encryption.type=" + type);
                }
                if (keyId != null) {
                    runner = runner.withPropertyValues(PREFIX + "server-side-encryption.kms-key-id=" + keyId);
                }

                run(runner, (driver) -> store(driver, payload("one")));

                Request request = gateway.requests().get(0);
                assertThat(request.header("x-amz-server-side-encryption")).isEqualTo(algorithm);
                assertThat(request.header("x-amz-server-side-encryption-aws-kms-key-id")).isEqualTo(keyId);
            }
        }

        @Test
        void triesAgainWhenTheServerIsBusy() {
            withGateway((gateway, driver) -> {
                gateway.on("PUT", S3Gateway.failing(503, "SlowDown", 2));
                gateway.on("GET", S3Gateway.failing(500, "InternalError", 2));

                assertThat(retrieve(driver, store(driver, payload("one")))).containsExactly(payload("one"));

                assertThat(gateway.count()).isEqualTo(Map.of("PUT", 3L, "GET", 3L));
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

                assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(PayloadIntegrityException.class);
            });
        }

        @Test
        void theServerRefusesAnUploadThatIsDamagedOnItsWay() {
            withGateway((gateway, driver) -> {
                gateway.on("PUT", S3Gateway.corruptingRequests());

                assertThat(failureOfStoring(driver, payload("one"))).isInstanceOf(StorageDriverException.class)
                    .hasMessageContaining("could not store");
            });
            assertThat(S3ObjectStoreTests.this.server.keys(S3ObjectStoreTests.this.bucket)).isEmpty();
        }

        @Test
        void saysThatAMissingObjectMayHaveExpired() {
            run(S3ObjectStoreTests.this.direct, (driver) -> {
                StorageDriverClaim claim = store(driver, payload("one")).get(0);
                String key = claim.getClaimData().get("key");
                S3ObjectStoreTests.this.server.delete(S3ObjectStoreTests.this.bucket, key);

                assertThat(failureOfRetrieving(driver, List.of(claim))).isInstanceOf(ObjectNotFoundException.class)
                    .hasMessageContaining("'aws.s3driver' could not retrieve")
                    .hasMessageContaining("bucket=" + S3ObjectStoreTests.this.bucket)
                    .hasMessageContaining("key=" + key)
                    .hasMessageContaining("region=eu-west-1")
                    .hasMessageContaining("endpoint=" + S3ObjectStoreTests.this.server.getEndpoint())
                    .hasMessageContaining("expired by a lifecycle rule");
            });
        }

        @Test
        void saysWhatToDoAboutAMissingBucket() {
            run(S3ObjectStoreTests.this.direct.withPropertyValues(PREFIX + "bucket=no-such-bucket"), (driver) -> {
                assertThat(failureOfStoring(driver, payload("one"))).isInstanceOf(StorageDriverException.class)
                    .hasMessageContaining("could not store")
                    .hasMessageContaining("bucket=no-such-bucket")
                    .hasMessageContaining(
                            "If the bucket was deleted, restore it; otherwise create it, or correct the driver's "
                                    + "bucket property");
                assertThat(failureOfRetrieving(driver, List.of(claim("bucket", "no-such-bucket", "key", KEY))))
                    .isInstanceOf(StorageDriverException.class)
                    .isNotInstanceOf(ObjectNotFoundException.class)
                    .hasMessageContaining("could not retrieve")
                    .hasMessageContaining("If the bucket was deleted, restore it; otherwise create it");
            });
        }

        @Test
        void saysWhatToCheckWhenALargeUploadIsRefused() {
            // The server may close the connection before it has read all, so that its
            // answer is lost.
            run(S3ObjectStoreTests.this.direct.withPropertyValues(PREFIX + "bucket=no-such-bucket"),
                    (driver) -> assertThat(failureOfStoring(driver, Payloads.of(Payloads.bytes(20_000_000, 7))))
                        .isInstanceOf(StorageDriverException.class)
                        .hasMessageContaining("bucket=no-such-bucket")
                        .hasMessageMatching("(?s).*(If the bucket was deleted, restore it|check the bucket).*"));
        }

        @Test
        void refusesAClaimWithoutABucketOrAKey() {
            run(S3ObjectStoreTests.this.direct, (driver) -> {
                assertThat(failureOfRetrieving(driver, List.of(claim("bucket", null, "key", KEY))))
                    .hasMessageContaining("could not retrieve")
                    .hasMessageContaining("the claim has no bucket");
                assertThat(failureOfRetrieving(driver,
                        List.of(claim("bucket", S3ObjectStoreTests.this.bucket, "key", null))))
                    .hasMessageContaining("the claim has no key");
                assertThat(failureOfRetrieving(driver,
                        List.of(claim("bucket", S3ObjectStoreTests.this.bucket, "key", ""))))
                    .hasMessageContaining("the claim has no key");
            });
        }

        @Test
        void saysToCheckTheCredentialsWhenTheSecretIsWrong() {
            String wrong = "wrong-secret-8f3a";
            run(S3ObjectStoreTests.this.direct.withPropertyValues(PREFIX + "credentials.secret-access-key=" + wrong),
                    (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                        .hasMessageContaining("S3 rejected the credentials")
                        .hasMessageContaining("credentials.secret-access-key")
                        .satisfies((failure) -> assertThat(everythingSaidBy(failure)).doesNotContain(wrong)));
            assertThat(S3ObjectStoreTests.this.server.keys(S3ObjectStoreTests.this.bucket)).isEmpty();
        }

        @Test
        void saysToCheckTheCredentialsWhenTheAccessKeyIsUnknown() {
            run(S3ObjectStoreTests.this.direct.withPropertyValues(PREFIX + "credentials.access-key-id=unknown"),
                    (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                        .hasMessageContaining("S3 rejected the credentials")
                        .hasMessageContaining("credentials.access-key-id")
                        .satisfies((failure) -> assertThat(everythingSaidBy(failure))
                            .doesNotContain(S3Server.SECRET_ACCESS_KEY)));
        }

        @Test
        void namesThePermissionThatStoringLacks() {
            withGateway((gateway, driver) -> {
                gateway.on("PUT", S3Gateway.denied());

                assertThat(failureOfStoring(driver, payload("one"))).hasMessageContaining("could not store")
                    .hasMessageContaining("s3:PutObject on arn:aws:s3:::" + S3ObjectStoreTests.this.bucket + "/*")
                    .hasMessageContaining("kms:GenerateDataKey");
            });
        }

        @Test
        void namesThePermissionThatRetrievingLacks() {
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                gateway.on("GET", S3Gateway.denied());

                assertThat(failureOfRetrieving(driver, claims)).hasMessageContaining("could not retrieve")
                    .hasMessageContaining("s3:GetObject on arn:aws:s3:::" + S3ObjectStoreTests.this.bucket + "/*")
                    .hasMessageContaining("kms:Decrypt")
                    .hasMessageContaining("Without s3:ListBucket");
            });
        }

        @Test
        void saysToSetTheRegionWhenTheBucketIsElsewhere() {
            withGateway((gateway, driver) -> {
                gateway.on("PUT", S3Gateway.failing(301, "PermanentRedirect"));

                assertThat(failureOfStoring(driver, payload("one"))).hasMessageContaining("region=eu-west-1")
                    .hasMessageContaining("Set the driver's region property");
            });
        }

        @Test
        void saysHowLongAKeyMayBe() {
            withGateway((gateway, driver) -> {
                // The file system behind the server of the tests gives up earlier, and
                // says less than S3 does.
                gateway.on("PUT", (exchange) -> {
                    boolean tooLong = exchange.request().path().length() > 1024;
                    (tooLong ? S3Gateway.failing(400, "KeyTooLongError") : S3Gateway.accepting()).handle(exchange);
                });
                // A long id leaves the key; a long namespace stays in it.
                StorageDriverStoreContext context = StorageContexts
                    .store(new StorageDriverWorkflowInfo("n".repeat(1000), "id", null, null));

                assertThat(failureOf(driver.store(context, List.of(payload("one")))))
                    .hasMessageMatching("(?s).*The key is 10\\d\\d bytes long, but S3 allows 1024.*")
                    .hasMessageContaining("shorter namespace");
            });
        }

        @Test
        void saysWhatToCheckWhenTheServerIsGoneAndWorksOnceItIsBack() throws Exception {
            try (S3Server own = S3Server.start()) {
                String bucket = own.createBucket();
                run(S3ObjectStoreTests.this.direct.withPropertyValues(own.properties(bucket)), (driver) -> {
                    List<StorageDriverClaim> claims = store(driver, payload("before"));
                    own.kill();

                    assertThat(failureOfStoring(driver, payload("after"))).isInstanceOf(StorageDriverException.class)
                        .hasMessageContaining("could not store")
                        .hasMessageContaining("endpoint=" + own.getEndpoint())
                        .hasMessageContaining("Check the network and the driver's endpoint");
                    assertThat(failureOfRetrieving(driver, claims)).hasMessageContaining("could not retrieve")
                        .hasMessageContaining("Check the network and the driver's endpoint");

                    own.resume();
                    assertThat(retrieve(driver, claims)).containsExactly(payload("before"));
                    assertThat(retrieve(driver, store(driver, payload("after")))).containsExactly(payload("after"));
                });
            }
        }

        @Test
        void namesThePropertiesOfATimeoutWhenTheServerIsSlow() {
            try (S3Gateway gateway = newGateway()) {
                // Never released: the server takes for ever.
                gateway.on("PUT", new S3Gateway.Hold(1));
                run(through(gateway).withPropertyValues(PREFIX + "api-call-timeout=400ms",
                        PREFIX + "api-call-attempt-timeout=300ms"),
                        (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                            .hasMessageContaining("could not store")
                            .hasMessageContaining(
                                    "increase the driver's api-call-timeout and api-call-attempt-timeout"));
            }
        }

        @Test
        void anAttemptThatTimesOutIsFollowedByAnother() {
            try (S3Gateway gateway = newGateway()) {
                S3Gateway.Hold hold = new S3Gateway.Hold(2);
                gateway.on("PUT", hold);
                run(through(gateway).withPropertyValues(PREFIX + "api-call-timeout=60s",
                        PREFIX + "api-call-attempt-timeout=300ms"), (driver) -> {
                            CompletableFuture<List<StorageDriverClaim>> stored = driver.store(CONTEXT,
                                    List.of(payload("one")));
                            hold.awaitArrival();
                            stored.cancel(true);
                        });
            }
        }

        @Test
        void saysWhatToCheckWhenTheConnectionIsCut() {
            withGateway((gateway, driver) -> {
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                gateway.on("PUT", S3Gateway.cut());
                gateway.on("GET", S3Gateway.cut());

                assertThat(failureOfStoring(driver, payload("two"))).isInstanceOf(StorageDriverException.class)
                    .hasMessageContaining("could not store")
                    .hasMessageContaining("Check the network and the driver's endpoint");
                assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(StorageDriverException.class)
                    .hasMessageContaining("could not retrieve")
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
            });
        }

        @Test
        void noFailureTellsTheSecretOrThePayload() {
            withGateway((gateway, driver) -> {
                gateway.on("PUT", S3Gateway.denied());

                assertThat(everythingSaidBy(failureOfStoring(driver, payload("card 4111"))))
                    .doesNotContain(S3Server.SECRET_ACCESS_KEY, "4111");
            });
        }

    }

}
