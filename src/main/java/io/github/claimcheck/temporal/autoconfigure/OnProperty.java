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
 * Matches if a property of the starter is true, in any spelling that the properties bean
 * takes for true. Unlike {@code @ConditionalOnBooleanProperty}, it fails the start on a
 * value that is not a boolean.
 */
abstract class OnProperty extends SpringBootCondition {

    private final String property;

    private final boolean defaultValue;

    OnProperty(String property, boolean defaultValue) {
        this.property = property;
        this.defaultValue = defaultValue;
    }

    /**
     * Returns the value of a property. A placeholder without a value in an ahead-of-time
     * build counts as the default; {@link BuildTimeConfiguration} compares the value at
     * run time.
     */
    static boolean isTrue(Binder binder, ConfigurationPropertyName property, boolean defaultValue) {
        if (AheadOfTimeBuild.isRunning()
                && binder.bind(property, Bindable.of(String.class)).orElse("").contains("${")) {
            return defaultValue;
        }
        return binder.bind(property, Bindable.of(Boolean.class)).orElse(defaultValue);
    }

    static boolean isTrue(Environment environment, String property, boolean defaultValue) {
        return isTrue(StorageBinder.of(environment), ConfigurationPropertyName.of(property), defaultValue);
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        boolean matches = isTrue(context.getEnvironment(), this.property, this.defaultValue);
        return new ConditionOutcome(matches, ConditionMessage.of(this.property + " is " + matches));
    }

}
