package com.example.monitoring;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.slf4j.LoggerFactory;

/**
 * Skips tests whose programs are not there. It says what to install in the report, and on
 * the console, which does not show what the report says.
 */
class ProgramCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        NeedsPrograms test = AnnotationSupport.findAnnotation(context.getRequiredTestClass(), NeedsPrograms.class)
            .orElseThrow();
        String missing = Arrays.stream(test.value())
            .filter((program) -> program.find().isEmpty())
            .map(Program::missing)
            .collect(Collectors.joining(". "));
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("All programs are there");
        }
        if (context.getTestMethod().isEmpty()) {
            LoggerFactory.getLogger(ProgramCondition.class).warn("Tests are skipped. {}", missing);
        }
        return ConditionEvaluationResult.disabled(missing);
    }

}
