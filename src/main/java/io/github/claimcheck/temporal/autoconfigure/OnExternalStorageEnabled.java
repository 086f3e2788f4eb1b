package io.github.claimcheck.temporal.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless {@code temporal.external-storage.enabled} is false. Unlike
 * {@code @ConditionalOnBooleanProperty}, it fails the start on a value that is not a
 * boolean, instead of silently keeping payloads in event history.
 */
class OnExternalStorageEnabled extends SpringBootCondition {

    private static final String PROPERTY = ExternalStorageProperties.PREFIX + ".enabled";

    /**
     * Returns the property's value. A placeholder without a value in an ahead-of-time
     * build counts as true; {@link BuildTimeConfiguration} compares it at run time.
     */
    static boolean isEnabled(Environment environment) {
        return isTrue(StorageBinder.of(environment), ConfigurationPropertyName.of(PROPERTY), true);
    }

    /**
     * Returns the value of a property. A placeholder without a value in an ahead-of-time
     * build counts as the default.
     */
    static boolean isTrue(Binder binder, ConfigurationPropertyName property, boolean defaultValue) {
        if (AheadOfTimeBuild.isRunning()
                && binder.bind(property, Bindable.of(String.class)).orElse("").contains("${")) {
            return defaultValue;
        }
        return binder.bind(property, Bindable.of(Boolean.class)).orElse(defaultValue);
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        boolean enabled = isEnabled(context.getEnvironment());
        return new ConditionOutcome(enabled, ConditionMessage.of(PROPERTY + " is " + enabled));
    }

}
