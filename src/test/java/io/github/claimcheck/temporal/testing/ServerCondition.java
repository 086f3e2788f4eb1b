package io.github.claimcheck.temporal.testing;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Skips tests whose server is not there. It says what to install in the report, and once
 * on the console, which does not show what the report says.
 */
class ServerCondition implements ExecutionCondition {

    private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

    private final BooleanSupplier available;

    private final String missing;

    ServerCondition(BooleanSupplier available, String missing) {
        this.available = available;
        this.missing = missing;
    }

    @Override
    public final ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (this.available.getAsBoolean()) {
            return ConditionEvaluationResult.enabled("The server is there");
        }
        if (LOGGED.add(this.missing)) {
            LoggerFactory.getLogger(ServerCondition.class).warn("Tests are skipped. {}", this.missing);
        }
        return ConditionEvaluationResult.disabled(this.missing);
    }

}
