package io.github.claimcheck.temporal.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if {@code temporal.external-storage.codec-server.enabled} is true, in any
 * spelling that the properties bean takes for true.
 */
class OnCodecServerEnabled extends SpringBootCondition {

    static final String PROPERTY = CodecServerProperties.PREFIX + ".enabled";

    static boolean isEnabled(Environment environment) {
        return OnExternalStorageEnabled.isTrue(StorageBinder.of(environment), ConfigurationPropertyName.of(PROPERTY),
                false);
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        boolean enabled = isEnabled(context.getEnvironment());
        return new ConditionOutcome(enabled, ConditionMessage.of(PROPERTY + " is " + enabled));
    }

}
