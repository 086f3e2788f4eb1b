package io.github.claimcheck.temporal.expiry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.testing.AzuriteServer;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Tests what stores without rules of a bucket say. None of them asks a server. */
class StoreExpiryTests {

    private static final String DRIVERS = "temporal.external-storage.drivers.";

    private static Expiry read(String... properties) {
        Expiry[] read = new Expiry[1];
        new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
            .withPropertyValues(properties)
            .run((context) -> read[0] = context.getBean(InspectableStorageDriver.class).readExpiry("orders").join());
        return read[0];
    }

    @Test
    void redisDeletesAfterItsTtl() {
        Expiry expiry = read(DRIVERS + "redis.ttl=60d");
        assertThat(expiry.after()).isEqualTo(Duration.ofDays(60));
        assertThat(expiry.explanation()).contains("ttl is 60d");
    }

    @Test
    void redisWithoutATtlKeepsItsObjects() {
        assertThat(read(DRIVERS + "redis.type=redis")).satisfies((expiry) -> {
            assertThat(expiry.known()).isTrue();
            assertThat(expiry.after()).isNull();
        });
    }

    @Test
    void aLocalDiskKeepsItsObjects() {
        assertThat(read(DRIVERS + "local-disk.directory=target/unused")).satisfies((expiry) -> {
            assertThat(expiry.known()).isTrue();
            assertThat(expiry.after()).isNull();
        });
    }

    @Test
    void azureIsUnknownAndSaysWhy() {
        Expiry expiry = read(DRIVERS + "azure.container=payloads", DRIVERS + "azure.connection-string="
                + AzuriteServer.connectionString(URI.create("http://127.0.0.1:1")));
        assertThat(expiry.known()).isFalse();
        assertThat(expiry.explanation()).contains("management");
    }

}
