package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.github.claimcheck.temporal.testing.StoreTests;
import io.github.claimcheck.temporal.testing.ThrottledRelay;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Downloads of more than may be in flight, which take longer than a transfer waits. */
@S3ServerTest
class SlowNetworkTests extends StoreTests {

    @ParameterizedTest
    @CsvSource({ "300000, 300", "1500000, 80", "10000000, 12", "30000000, 4" })
    void asksForEachPayloadOnce(int size, int number) {
        List<Payload> payloads = IntStream.range(0, number)
            .mapToObj((i) -> Payloads.of(Payloads.bytes(size, i)))
            .toList();
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

}
