package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Analyzes an {@link ExternalStorageConfigurationException}. */
class ExternalStorageConfigurationFailureAnalyzer
        extends AbstractFailureAnalyzer<ExternalStorageConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ExternalStorageConfigurationException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.getAction(), cause);
    }

}
