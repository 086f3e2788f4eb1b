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
 * A test that needs an Azure Blob Storage server, and is reported as skipped where there
 * is none.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("azurite-server")
@ExtendWith(AzuriteServerTest.Condition.class)
public @interface AzuriteServerTest {

    /**
     * Says what to install, in the report and once on the console, which does not show
     * what the report says.
     */
    class Condition implements ExecutionCondition {

        private static final String MISSING = "There is no Azurite: with Node.js on the path, run npm install --prefix "
                + "target/tools/azurite azurite@3.35.0";

        private static final AtomicBoolean LOGGED = new AtomicBoolean();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (AzuriteServer.isAvailable()) {
                return ConditionEvaluationResult.enabled("There is an Azurite");
            }
            if (LOGGED.compareAndSet(false, true)) {
                LoggerFactory.getLogger(AzuriteServerTest.class).warn("Tests are skipped. {}", MISSING);
            }
            return ConditionEvaluationResult.disabled(MISSING);
        }

    }

}
