package com.example.stores;

import io.github.claimcheck.temporal.testing.GcsServer;
import io.github.claimcheck.temporal.testing.GcsServerTest;
import java.util.Map;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@GcsServerTest
@ActiveProfiles("gcs")
class GcsTests extends AbstractStoreTests {

    GcsTests() {
        super("gcp.gcsdriver", "bucket", "key", "object_name");
    }

    /** What only the test needs: the application's own YAML names the bucket. */
    @DynamicPropertySource
    static void server(DynamicPropertyRegistry registry) {
        registry.add("temporal.external-storage.drivers.gcs.endpoint", Server.GCS::getEndpoint);
        registry.add("temporal.external-storage.drivers.gcs.project-id", () -> "test");
    }

    @Override
    byte[] content(Map<String, String> claim) {
        return Server.GCS.content(claim.get("bucket"), claim.get("key"));
    }

    /** One for all classes. */
    private static final class Server {

        static final GcsServer GCS = GcsServer.shared();

        static {
            GCS.createBucket("my-temporal-payloads");
        }

    }

}
