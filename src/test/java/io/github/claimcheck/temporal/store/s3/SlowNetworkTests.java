package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.driver.StorageTimeoutException;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.github.claimcheck.temporal.testing.StoreTests;
import io.github.claimcheck.temporal.testing.ThrottledRelay;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads of more than may be in flight, which take longer than a transfer waits. */
@S3ServerTest
class SlowNetworkTests extends StoreTests {

    private static final String PREFIX = DRIVERS + "s3.";

    @ParameterizedTest
    @CsvSource({ "300000, 300", "1500000, 80", "10000000, 12", "30000000, 4" })
    void asksForEachPayloadOnce(int size, int number) {
        List<Payload> payloads = payloads(size, number);
        String bucket = S3Server.shared().createBucket();
        try (S3Gateway gateway = S3Gateway.to(S3Server.shared());
                ThrottledRelay relay = ThrottledRelay.to(gateway.getEndpoint(), 1_000_000_000)) {
            run(savingNothing().withPropertyValues(S3Server.properties(bucket, relay.getEndpoint())), (driver) -> {
                List<StorageDriverClaim> claims = driver.store(CONTEXT, payloads).join();
                gateway.reset();
                relay.setBytesPerSecond(20_000_000);

                assertThat(retrieve(driver, claims)).isEqualTo(payloads);

                assertThat(gateway.count()).containsOnlyKeys("GET").containsEntry("GET", (long) number);
            });
        }
    }

    /** What is in flight shares the network, and so times out together. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void transfersLessAtATimeAfterATimeout(boolean upload) {
        List<Payload> payloads = payloads(1_500_000, 80);
        String bucket = S3Server.shared().createBucket();
        try (ThrottledRelay relay = ThrottledRelay.to(S3Server.shared().getEndpoint(), 1_000_000_000)) {
            run(savingNothing().withPropertyValues(S3Server.properties(bucket, relay.getEndpoint()))
                .withPropertyValues(PREFIX + "api-call-attempt-timeout=3s", PREFIX + "api-call-timeout=3s"),
                    (driver) -> {
                        List<StorageDriverClaim> claims = upload ? List.of() : driver.store(CONTEXT, payloads).join();
                        Supplier<CompletableFuture<?>> transfer = () -> upload ? driver.store(CONTEXT, payloads)
                                : driver.retrieve(StorageContexts.retrieve(), claims);
                        relay.setBytesPerSecond(16_000_000);

                        assertThat(failureOf(transfer.get())).isInstanceOf(StorageTimeoutException.class);

                        await().atMost(Duration.ofMinutes(4))
                            .untilAsserted(() -> assertThat(transfer.get()).succeedsWithin(Duration.ofMinutes(1)));
                    });
        }
    }

    private static List<Payload> payloads(int size, int number) {
        return IntStream.range(0, number).mapToObj((i) -> Payloads.of(Payloads.bytes(size, i))).toList();
    }

}
