package io.github.claimcheck.temporal.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.claimcheck.temporal.contract.FaultyNetwork;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.RepairableStorageDriver;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.driver.StorageUnreachableException;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract for drivers of stores that keep objects in buckets, behind HTTP. */
public abstract class HttpStorageDriverContract extends ConfiguredStorageDriverContract {

    private ObjectServer server;

    private String bucket;

    private S3Gateway gateway;

    /** Returns the server for a test. */
    protected abstract ObjectServer serverFor(TestInfo test);

    /** Makes a driver that reaches its server at an endpoint. */
    protected abstract StorageDriver newDriver(long maxPayloadSize, String bucket, URI endpoint);

    @BeforeEach
    void createBucket(TestInfo test) {
        this.server = serverFor(test);
        this.bucket = this.server.createBucket();
        this.gateway = S3Gateway.to(this.server.getEndpoint());
    }

    @AfterEach
    void closeGateway() {
        this.gateway.close();
    }

    protected final String getBucket() {
        return this.bucket;
    }

    @Override
    protected final StorageDriver newDriver(long maxPayloadSize) {
        return newDriver(maxPayloadSize, this.bucket, this.server.getEndpoint());
    }

    @Override
    protected final byte[] read(StorageDriverClaim claim) {
        return this.server.content(this.bucket, key(claim));
    }

    @Override
    protected final void overwrite(StorageDriverClaim claim, byte[] content) {
        this.server.put(this.bucket, key(claim), content);
    }

    @Override
    protected final void delete(StorageDriverClaim claim) {
        this.server.delete(this.bucket, key(claim));
    }

    @Override
    protected final StorageDriver newDriverWithoutBucket() {
        return newDriver(MAX_PAYLOAD_SIZE, "no-such-bucket", this.server.getEndpoint());
    }

    @Override
    protected StorageDriver newDriverWithoutAccess() {
        Stream.of("POST", "PUT", "GET").forEach((method) -> this.gateway.on(method, S3Gateway.denied()));
        return newDriver(MAX_PAYLOAD_SIZE, this.bucket, this.gateway.getEndpoint());
    }

    @Override
    protected StorageDriver newDriverOver(FaultyNetwork network) {
        return newDriver(MAX_PAYLOAD_SIZE, this.bucket, endpointOver(network));
    }

    private StorageDriver newDriverOverGateway() throws Exception {
        return newDriver(MAX_PAYLOAD_SIZE, this.bucket, this.gateway.getEndpoint());
    }

    /** What something else than the store may answer. */
    protected enum Impostor {

        EMPTY(200, ""), PAGE(200, "<html>Please log in</html>"), XML(200, "<Error><Code>InternalError</Code></Error>"),
        JSON(200, "{}"), OTHER_JSON(200, "{\"bucket\": \"other\", \"name\": \"other\", \"size\": \"1\"}"),
        CREATED(201, ""), ACCEPTED(202, ""), NO_CONTENT(204, ""), PARTIAL(206, ""), NOT_MODIFIED(304, "");

        private final int status;

        private final String body;

        Impostor(int status, String body) {
            this.status = status;
            this.body = body;
        }

        void answer(S3Gateway.Exchange exchange) throws IOException {
            exchange.header("Content-Type", this.body.startsWith("{") ? "application/json"
                    : this.body.startsWith("<html>") ? "text/html" : "application/xml");
            exchange.answer(this.status, this.body);
        }

    }

    @ParameterizedTest
    @EnumSource
    void anUploadThatTheStoreDoesNotConfirmIsAFailure(Impostor impostor) throws Exception {
        StorageDriver driver = newDriverOverGateway();
        Payload payload = Payloads.of(Payloads.bytes(10_000, 34));
        Stream.of("POST", "PUT").forEach((method) -> this.gateway.on(method, impostor::answer));

        Throwable failure = failureOf(() -> store(driver, payload));
        assertThat(failure).isInstanceOf(StorageDriverException.class)
            .hasMessageContaining("'" + driver.getName() + "' could not store a payload [")
            .hasMessageContaining(this.bucket);
        if (impostor.status < 300) {
            assertThat(failure).isInstanceOf(StorageUnreachableException.class)
                .hasMessageContaining("does not show that the object was stored")
                .hasMessageContaining("proxy");
        }

        Stream.of("POST", "PUT").forEach((method) -> this.gateway.on(method, S3Gateway.Exchange::forward));
        StorageDriverClaim claim = store(driver, payload);
        assertThat(read(claim)).isEqualTo(payload.toByteArray());
    }

    @ParameterizedTest
    @EnumSource
    void aDownloadOfSomethingElseIsAFailure(Impostor impostor) throws Exception {
        StorageDriver driver = newDriverOverGateway();
        Payload payload = Payloads.of(Payloads.bytes(10_000, 35));
        StorageDriverClaim claim = store(driver, payload);
        this.gateway.on("GET", impostor::answer);

        assertThat(
                failureOf(() -> driver.retrieve(StorageContexts.retrieve(), List.of(claim)).get(1, TimeUnit.MINUTES)))
            .isInstanceOf(StorageDriverException.class);

        this.gateway.on("GET", S3Gateway.Exchange::forward);
        assertThat(driver.retrieve(StorageContexts.retrieve(), List.of(claim)).get(1, TimeUnit.MINUTES))
            .containsExactly(payload);
    }

    /** Neither payloads nor credentials go to a host that nobody has configured. */
    @ParameterizedTest
    @ValueSource(ints = { 301, 302, 303, 307, 308 })
    void followsNoRedirect(int status) throws Exception {
        StorageDriver driver = newDriverOverGateway();
        StorageDriverClaim claim = store(driver, Payloads.of(Payloads.bytes(10_000, 36)));
        try (S3Gateway elsewhere = S3Gateway.to(this.server.getEndpoint())) {
            Stream.of("POST", "PUT", "GET").forEach((method) -> this.gateway.on(method, (exchange) -> {
                exchange.header("Location", elsewhere.getEndpoint() + exchange.request().path());
                exchange.answer(status, "");
            }));

            assertThat(failureOf(() -> store(driver, Payloads.of(Payloads.bytes(10_000, 37)))))
                .isInstanceOf(StorageDriverException.class)
                .hasMessageContaining("follows no redirects");
            assertThat(failureOf(
                    () -> driver.retrieve(StorageContexts.retrieve(), List.of(claim)).get(1, TimeUnit.MINUTES)))
                .isInstanceOf(StorageDriverException.class)
                .hasMessageContaining("follows no redirects");
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    private static Throwable failureOf(ThrowingCallable transfer) {
        Throwable failure = catchThrowable(transfer);
        assertThat(failure).as("the transfer").isNotNull();
        return failure.getCause();
    }

    /** Some clients repeat by themselves what fails their own checksum. */
    @Test
    void beginsADamagedDownloadOnceMorePastCaches() throws Exception {
        StorageDriver driver = newDriverOverGateway();
        Payload payload = Payloads.of(Payloads.bytes(10_000, 31));
        StorageDriverClaim claim = store(driver, payload);
        this.gateway.on("GET", S3Gateway.corruptingAnswersOfCaches());

        assertThat(driver.retrieve(StorageContexts.retrieve(), List.of(claim)).get(1, TimeUnit.MINUTES))
            .containsExactly(payload);

        List<S3Gateway.Request> gets = this.gateway.requests()
            .stream()
            .filter((request) -> request.method().equals("GET"))
            .toList();
        assertThat(gets).hasSizeBetween(2, 6);
        assertThat(gets.get(0).isPastCaches()).isFalse();
        assertThat(gets.get(gets.size() - 1).isPastCaches()).isTrue();
        assertThat(gets.stream().filter(S3Gateway.Request::isPastCaches)).hasSize(1);
    }

    @Test
    void aDownloadThatIsDamagedTwiceIsAnErrorWhoseChecksumIsNotTold() throws Exception {
        StorageDriver driver = newDriverOverGateway();
        StorageDriverClaim claim = store(driver, Payloads.of(Payloads.bytes(10_000, 32)));
        this.gateway.on("GET", S3Gateway.corruptingAnswers());

        Throwable failure = catchThrowable(
                () -> driver.retrieve(StorageContexts.retrieve(), List.of(claim)).get(1, TimeUnit.MINUTES));

        assertThat(failure.getCause()).isInstanceOf(PayloadIntegrityException.class)
            .hasNoCause()
            .hasMessageContaining("differs from")
            .hasMessageNotContaining("expected");
    }

    /** A claim from outside is refused before anything is asked. */
    @Test
    void asksNothingOfTheStoreForAPlaceOfSomebodyElse() throws Exception {
        StorageDriver driver = newDriverOverGateway();
        Payload payload = Payloads.of(Payloads.bytes(10_000, 33));
        StorageDriverClaim claim = store(driver, payload);
        this.gateway.reset();

        for (String entry : claim.getClaimData().keySet()) {
            for (String value : List.of("", "other", "other/" + claim.getClaimData().get(entry),
                    claim.getClaimData().get(entry) + "-other", "arn:aws:s3:eu-west-1:123456789012:accesspoint/other",
                    "arn:aws:s3::123456789012:accesspoint/other.mrap")) {
                Map<String, String> forged = new HashMap<>(claim.getClaimData());
                forged.replaceAll((name, known) -> name.equals(entry) || known.equals(claim.getClaimData().get(entry))
                        ? value : known);
                StorageDriverClaim each = new StorageDriverClaim(forged);
                assertThat(catchThrowable(() -> driver.retrieve(StorageContexts.retrieve(), List.of(each)).join()))
                    .as("%s", forged)
                    .hasCauseInstanceOf(ClaimRefusedException.class);
                assertThat(catchThrowable(() -> ((RepairableStorageDriver) driver).repair(each, payload).join()))
                    .as("repair of %s", forged)
                    .hasCauseInstanceOf(ClaimRefusedException.class);
            }
        }
        assertThat(this.gateway.requests()).isEmpty();
    }

    private static StorageDriverClaim store(StorageDriver driver, Payload payload) {
        return driver.store(StorageContexts.store(StorageContexts.workflow("order-1")), List.of(payload)).join().get(0);
    }

    /** Returns where the server is, over a network. */
    protected final URI endpointOver(FaultyNetwork network) {
        URI endpoint = this.server.getEndpoint();
        InetSocketAddress address = network.to(endpoint.getHost(), endpoint.getPort());
        return URI.create("http://127.0.0.1:" + address.getPort());
    }

}
