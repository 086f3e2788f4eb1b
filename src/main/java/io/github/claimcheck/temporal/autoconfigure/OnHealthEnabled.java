package io.github.claimcheck.temporal.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless {@code management.health.external-storage.enabled} is false, or it is
 * not set and {@code management.health.defaults.enabled} is false. Spring Boot's own
 * condition has another name in each generation.
 */
final class OnHealthEnabled extends SpringBootCondition {

    static final String PROPERTY = "management.health.external-storage.enabled";

    private static final String DEFAULTS = "management.health.defaults.enabled";

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        Environment environment = context.getEnvironment();
        boolean matches = OnProperty.isTrue(environment, PROPERTY, OnProperty.isTrue(environment, DEFAULTS, true));
        return new ConditionOutcome(matches, ConditionMessage.of(PROPERTY + " is " + matches));
    }

}
