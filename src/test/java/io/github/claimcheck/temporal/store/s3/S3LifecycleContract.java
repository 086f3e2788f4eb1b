package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.testing.OtherS3Server;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleRule;

/** Tests lifecycle rules on a server that keeps them. */
abstract class S3LifecycleContract {

    private final OtherS3Server server;

    private final String bucket;

    S3LifecycleContract(OtherS3Server.Kind kind) {
        this.server = OtherS3Server.shared(kind);
        this.bucket = this.server.createBucket();
    }

    private Expiry read(String namespace) throws Exception {
        return new S3Lifecycle(this.server.getClient(), this.bucket).read(S3TestDrivers.keys("", namespace))
            .get(30, TimeUnit.SECONDS);
    }

    private void configure(LifecycleRule... rules) {
        this.server.getClient()
            .putBucketLifecycleConfiguration((request) -> request.bucket(this.bucket)
                .lifecycleConfiguration(
                        (configuration) -> configuration.rules(Stream.of(rules).toArray(LifecycleRule[]::new))))
            .join();
    }

    private static LifecycleRule rule(String id, String prefix, int days) {
        return LifecycleRule.builder()
            .id(id)
            .status(ExpirationStatus.ENABLED)
            .filter((filter) -> filter.prefix(prefix))
            .expiration((expiration) -> expiration.days(days))
            .build();
    }

    @Test
    void readsRules() throws Exception {
        configure(rule("all", "v0/", 30), rule("payments", "v0/ns/payments/", 7), rule("logs", "logs/", 1));
        assertThat(read("orders").after()).isEqualTo(Duration.ofDays(30));
        Expiry payments = read("payments");
        assertThat(payments.after()).isEqualTo(Duration.ofDays(7));
        assertThat(payments.explanation()).contains("'payments'", "'v0/ns/payments/'", "7 days")
            .doesNotContain("versions");
    }

    @Test
    void readsThatThereIsNone() throws Exception {
        Expiry expiry = read("orders");
        assertThat(expiry.known()).as(expiry.explanation()).isTrue();
        assertThat(expiry.after()).isNull();
    }

    @Test
    void readsVersioning() throws Exception {
        configure(rule("all", "", 30));
        this.server.getClient()
            .putBucketVersioning((request) -> request.bucket(this.bucket)
                .versioningConfiguration((configuration) -> configuration.status(BucketVersioningStatus.ENABLED)))
            .join();
        assertThat(read("orders").explanation()).contains("keeps earlier versions for good");
    }

}
