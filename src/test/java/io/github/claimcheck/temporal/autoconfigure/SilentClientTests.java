package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import com.azure.storage.blob.BlobServiceAsyncClient;
import com.google.cloud.storage.Storage;
import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StoreTests;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * A client of the application's own that does not tell its settings, such as a mock in a
 * test or a wrapper, is described without them.
 */
class SilentClientTests extends StoreTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all());

    static Stream<Arguments> clients() {
        return Stream.of(Arguments.of("s3.bucket=payloads", mock(S3AsyncClient.class), Map.of("bucket", "payloads")),
                Arguments.of("s3.bucket=payloads", new SilentS3Client(), Map.of("bucket", "payloads")),
                Arguments.of("gcs.bucket=payloads", mock(Storage.class), Map.of("bucket", "payloads")),
                Arguments.of("azure.container=payloads", mock(BlobServiceAsyncClient.class),
                        Map.of("container", "payloads")));
    }

    @ParameterizedTest
    @MethodSource("clients")
    <C> void isDescribedWithoutThem(String property, C client, Map<String, String> place) {
        check(DRIVERS + property, client, (driver) -> {
            assertThat(driver.getPlace()).containsExactlyEntriesOf(place);
            assertThat(driver.store(CONTEXT, List.of(payload("one")))).as("fails for the client's sake")
                .failsWithin(Duration.ofMinutes(1))
                .withThrowableThat()
                .withMessageContaining("could not store a payload")
                .withMessageContaining("payloads")
                .withMessageNotContainingAny("null,", "=null");
        });
    }

    @Test
    void aConnectionFactoryIsDescribedByItsClass() {
        check(DRIVERS + "redis.type=redis", mock(LettuceConnectionFactory.class),
                (driver) -> assertThat(driver.getPlace().get("nodes")).startsWith("connection factory="));
    }

    @SuppressWarnings("unchecked")
    private <C> void check(String property, C client, InspectableDriverAction action) {
        this.runner.withPropertyValues(property).withBean((Class<C>) client.getClass(), () -> client).run((context) -> {
            assertThat(context).hasNotFailed();
            action.on((InspectableStorageDriver) context.getBean(StorageDriver.class));
        });
    }

    /** What a test does with a driver on a silent client. */
    @FunctionalInterface
    private interface InspectableDriverAction {

        void on(InspectableStorageDriver driver) throws Exception;

    }

    /** Implements what the SDK's interface demands. */
    private static final class SilentS3Client implements S3AsyncClient {

        @Override
        public String serviceName() {
            return "s3";
        }

        @Override
        public void close() {
        }

    }

}
