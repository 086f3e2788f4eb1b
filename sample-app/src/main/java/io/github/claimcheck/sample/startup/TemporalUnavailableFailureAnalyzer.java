package io.github.claimcheck.sample.startup;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;

/** Explains that no Temporal server answers. */
class TemporalUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<StatusRuntimeException> {

    private final Environment environment;

    TemporalUnavailableFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, StatusRuntimeException cause) {
        Status.Code code = cause.getStatus().getCode();
        if (code != Status.Code.UNAVAILABLE && code != Status.Code.DEADLINE_EXCEEDED) {
            return null;
        }
        return new FailureAnalysis(
                "No Temporal server answers at %s: %s, %s".formatted(
                        environment.getProperty("spring.temporal.connection.target"), code,
                        NestedExceptionUtils.getMostSpecificCause(cause).getMessage()),
                "Start one there, or set the environment variable TEMPORAL_ADDRESS to the host:port of another.",
                cause);
    }

}
