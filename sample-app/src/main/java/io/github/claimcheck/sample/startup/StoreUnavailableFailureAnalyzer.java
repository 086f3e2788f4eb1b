package io.github.claimcheck.sample.startup;

import java.net.ConnectException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Explains that no server of the store answers, where the active profile needs one and
 * says how to start it.
 */
class StoreUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<ConnectException> {

    private final Environment environment;

    StoreUnavailableFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ConnectException cause) {
        String address = this.environment.getProperty("sample.store-server.address");
        if (address == null) {
            return null;
        }
        return new FailureAnalysis("No store answers at %s: %s".formatted(address, cause.getMessage()),
                this.environment.getProperty("sample.store-server.if-absent"), cause);
    }

}
