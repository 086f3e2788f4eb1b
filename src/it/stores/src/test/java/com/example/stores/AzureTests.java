package com.example.stores;

import io.github.claimcheck.temporal.testing.AzuriteServer;
import io.github.claimcheck.temporal.testing.AzuriteServerTest;
import java.util.Map;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@AzuriteServerTest
@ActiveProfiles("azure")
class AzureTests extends AbstractStoreTests {

    AzureTests() {
        super("azure.blobdriver", "container", "key");
    }

    /** What only the test needs: the application's own YAML names the container. */
    @DynamicPropertySource
    static void server(DynamicPropertyRegistry registry) {
        registry.add("temporal.external-storage.drivers.azure.connection-string", Server.AZURITE::getConnectionString);
    }

    @Override
    byte[] content(Map<String, String> claim) {
        return Server.AZURITE.content(claim.get("container"), claim.get("key"));
    }

    /** One for all classes. */
    private static final class Server {

        static final AzuriteServer AZURITE = AzuriteServer.shared();

        static {
            AZURITE.getClient().createBlobContainer("my-temporal-payloads");
        }

    }

}
