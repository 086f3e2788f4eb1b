package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tests a server that has no lifecycle rules. */
@S3ServerTest
class UnsupportedLifecycleTests {

    @Test
    void theExpiryIsUnknown() throws Exception {
        S3Server server = S3Server.shared();
        Expiry expiry = new S3Lifecycle(server.getClient(), server.createBucket())
            .read(S3TestDrivers.keys("", "orders"))
            .get(30, TimeUnit.SECONDS);
        assertThat(expiry.known()).as(expiry.explanation()).isFalse();
        assertThat(expiry.explanation()).contains("does not tell lifecycle rules");
    }

}
