package io.github.claimcheck.temporal.testing;

import io.temporal.payload.storage.StorageDriver;
import java.net.URI;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What the tests of stores behind HTTP do, besides, with a gateway before the server. */
public abstract class HttpStoreTests extends StoreTests {

    /** Returns where the server is. */
    protected abstract URI endpoint();

    /** Returns an application whose driver takes an endpoint for the server's. */
    protected abstract ApplicationContextRunner runnerTo(URI endpoint);

    protected final S3Gateway newGateway() {
        return S3Gateway.to(endpoint());
    }

    protected final ApplicationContextRunner through(S3Gateway gateway) {
        return runnerTo(gateway.getEndpoint());
    }

    /** Runs an application whose driver reaches the server through a gateway. */
    protected final void withGateway(GatewayAction action, String... properties) {
        try (S3Gateway gateway = newGateway()) {
            run(through(gateway).withPropertyValues(properties), (driver) -> action.on(gateway, driver));
        }
    }

    /** What a test does with a driver and the gateway before its server. */
    @FunctionalInterface
    protected interface GatewayAction {

        void on(S3Gateway gateway, StorageDriver driver) throws Exception;

    }

}
