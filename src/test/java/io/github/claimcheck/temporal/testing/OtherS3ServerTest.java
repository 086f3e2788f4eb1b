package io.github.claimcheck.temporal.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A test that needs an {@link OtherS3Server}; skipped where there is none. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag(ServerProcess.TAG)
@ExtendWith(OtherS3ServerTest.Condition.class)
public @interface OtherS3ServerTest {

    /** Returns which server. */
    OtherS3Server.Kind value();

    /** Says what to install. */
    class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return context.getRequiredTestClass()
                .getAnnotation(OtherS3ServerTest.class)
                .value()
                .condition()
                .evaluateExecutionCondition(context);
        }

    }

}
