package io.github.claimcheck.temporal.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless {@code temporal.external-storage.enabled} is false. Unlike with
 * {@code @ConditionalOnBooleanProperty}, a value that is no boolean stops the start,
 * instead of leaving payloads where they must not be.
 */
class OnExternalStorageEnabled extends SpringBootCondition {

    private static final String PROPERTY = ExternalStorageProperties.PREFIX + ".enabled";

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        boolean enabled = Binder.get(context.getEnvironment()).bind(PROPERTY, Boolean.class).orElse(true);
        return new ConditionOutcome(enabled, ConditionMessage.of(PROPERTY + " is " + enabled));
    }

}
