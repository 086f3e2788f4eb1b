package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.ServerProcess;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.github.claimcheck.temporal.testing.StoreTests;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * The driver on LocalStack, which keeps to S3 where the other server of the tests does
 * not. Needs a Docker engine.
 */
@Tag(ServerProcess.TAG)
@Testcontainers(disabledWithoutDocker = true)
class LocalStackTests extends StoreTests {

    private static final DockerImageName IMAGE = DockerImageName.parse("localstack/localstack:4.10.0");

    private static final String PREFIX = DRIVERS + "s3.";

    @Container
    private static final LocalStackContainer LOCALSTACK = new LocalStackContainer(IMAGE).withServices("s3", "kms");

    private final String bucket = "bucket-" + UUID.randomUUID();

    private S3AsyncClient client;

    private ApplicationContextRunner runner;

    @BeforeEach
    void createBucket() {
        this.client = S3AsyncClient.builder()
            .endpointOverride(LOCALSTACK.getEndpoint())
            .region(Region.of(LOCALSTACK.getRegion()))
            .forcePathStyle(true)
            .credentialsProvider(StaticCredentialsProvider
                .create(AwsBasicCredentials.create(LOCALSTACK.getAccessKey(), LOCALSTACK.getSecretKey())))
            .build();
        this.client.createBucket((request) -> request.bucket(this.bucket)).join();
        this.runner = saving().withPropertyValues(PREFIX + "bucket=" + this.bucket,
                PREFIX + "endpoint=" + LOCALSTACK.getEndpoint(), PREFIX + "region=" + LOCALSTACK.getRegion(),
                PREFIX + "path-style-access=true", PREFIX + "credentials.access-key-id=" + LOCALSTACK.getAccessKey(),
                PREFIX + "credentials.secret-access-key=" + LOCALSTACK.getSecretKey());
    }

    @AfterEach
    void closeClient() {
        this.client.close();
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 256 * 1024, 9_000_000 })
    void returnsWhatWasStored(int size) {
        Payload payload = Payloads.of(Payloads.bytes(size, 1));

        run(this.runner, (driver) -> assertThat(retrieve(driver, store(driver, payload))).containsExactly(payload));
    }

    @Test
    void returnsAPayloadOfNoBytesAtAll() {
        Payload empty = Payload.getDefaultInstance();

        run(this.runner, (driver) -> assertThat(retrieve(driver, store(driver, empty))).containsExactly(empty));
    }

    @Test
    void theObjectIsTheSerializedPayloadAndItsKeyEndsInTheDigest() {
        Payload payload = payload("one");
        String digest = Payloads.sha256(payload.toByteArray());
        String key = "v0/ns/default/wt/ChargeWorkflow/wi/order-1/ri/" + RUN_ID + "/d/sha256/" + digest;

        run(this.runner, (driver) -> assertThat(store(driver, payload).get(0).getClaimData())
            .isEqualTo(Map.of("bucket", this.bucket, "key", key, "hash_algorithm", "sha256", "hash_value", digest)));

        assertThat(this.client.listObjectsV2((request) -> request.bucket(this.bucket)).join().contents())
            .extracting(S3Object::key)
            .containsExactly(key);
        assertThat(this.client
            .getObject((request) -> request.bucket(this.bucket).key(key), AsyncResponseTransformer.toBytes())
            .join()
            .asByteArray()).isEqualTo(payload.toByteArray());
    }

    @Test
    void takesManyPayloadsInOneBatch() {
        List<Payload> payloads = IntStream.range(0, 200).mapToObj((i) -> payload("payload " + i)).toList();

        run(this.runner,
                (driver) -> assertThat(retrieve(driver, driver.store(CONTEXT, payloads).join())).isEqualTo(payloads));
    }

    @ParameterizedTest
    @ValueSource(strings = { "a/b", "../../etc/passwd", "100%", "~home", "a b+c", "a?b#c&d=e;f", "注文", "📦", "*" })
    void storesAndReturnsPayloadsOfWorkflowsWithAnyId(String id) {
        Payload payload = payload("of " + id);

        run(this.runner, (driver) -> {
            List<StorageDriverClaim> claims = driver
                .store(StorageContexts.store(StorageContexts.workflow(id)), List.of(payload))
                .join();
            assertThat(retrieve(driver, claims)).containsExactly(payload);
        });
    }

    @Test
    void storesAndReturnsPayloadsOfAWorkflowWithALongId() {
        // As long as it may be with this namespace, type and run id: the key has 1,024
        // bytes at most.
        StorageDriverStoreContext context = StorageContexts.store(StorageContexts.workflow("x".repeat(850)));

        run(this.runner, (driver) -> assertThat(retrieve(driver, driver.store(context, List.of(payload("one"))).join()))
            .containsExactly(payload("one")));
    }

    @Test
    void saysHowLongAKeyMayBe() {
        StorageDriverStoreContext context = StorageContexts
            // A long id leaves the key; a long namespace stays in it.
            .store(new StorageDriverWorkflowInfo("n".repeat(1000), "id", null, null));

        run(this.runner,
                (driver) -> assertThat(failureOf(driver.store(context, List.of(payload("one")))))
                    .isInstanceOf(StorageDriverException.class)
                    .hasMessageContaining("S3 allows 1024"));
    }

    @Test
    void encryptsAsConfigured() {
        this.runner = this.runner.withPropertyValues(PREFIX + "server-side-encryption.type=aws:kms");

        run(this.runner, (driver) -> {
            List<StorageDriverClaim> claims = store(driver, payload("one"));
            assertThat(this.client
                .headObject((request) -> request.bucket(this.bucket).key(claims.get(0).getClaimData().get("key")))
                .join()
                .serverSideEncryption()).isEqualTo(ServerSideEncryption.AWS_KMS);
            assertThat(retrieve(driver, claims)).containsExactly(payload("one"));
        });
    }

    @Test
    void refusesAnObjectThatWasAltered() {
        run(this.runner, (driver) -> {
            List<StorageDriverClaim> claims = store(driver, payload("10 EUR"));
            this.client
                .putObject((request) -> request.bucket(this.bucket).key(claims.get(0).getClaimData().get("key")),
                        AsyncRequestBody.fromBytes(payload("99 EUR").toByteArray()))
                .join();

            assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(PayloadIntegrityException.class);
        });
    }

    @Test
    void saysThatAMissingObjectMayHaveExpired() {
        run(this.runner, (driver) -> {
            List<StorageDriverClaim> claims = store(driver, payload("one"));
            this.client
                .deleteObject((request) -> request.bucket(this.bucket).key(claims.get(0).getClaimData().get("key")))
                .join();

            assertThat(failureOfRetrieving(driver, claims)).isInstanceOf(ObjectNotFoundException.class)
                .hasMessageContaining("bucket=" + this.bucket)
                .hasMessageContaining("expired by a lifecycle rule");
        });
    }

    @Test
    void saysWhatToDoAboutAMissingBucket() {
        this.runner = this.runner.withPropertyValues(PREFIX + "bucket=no-such-bucket");

        run(this.runner,
                (driver) -> assertThat(failureOfStoring(driver, payload("one")))
                    .isInstanceOf(StorageDriverException.class)
                    .hasMessageContaining("bucket=no-such-bucket")
                    .hasMessageContaining("Create the bucket"));
    }

}
