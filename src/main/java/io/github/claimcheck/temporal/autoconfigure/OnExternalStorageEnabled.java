package io.github.claimcheck.temporal.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless {@code temporal.external-storage.enabled} is false. Unlike
 * {@code @ConditionalOnBooleanProperty}, it fails the start on a value that is not a
 * boolean, instead of silently keeping payloads in event history.
 */
class OnExternalStorageEnabled extends SpringBootCondition {

    private static final String PROPERTY = ExternalStorageProperties.PREFIX + ".enabled";

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        boolean enabled = StorageBinder.of(context.getEnvironment()).bind(PROPERTY, Boolean.class).orElse(true);
        return new ConditionOutcome(enabled, ConditionMessage.of(PROPERTY + " is " + enabled));
    }

}
