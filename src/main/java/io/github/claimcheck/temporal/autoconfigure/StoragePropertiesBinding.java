package io.github.claimcheck.temporal.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.Environment;

/**
 * Binds the {@link ExternalStorageProperties} bean with {@link StorageBinder} instead of
 * Spring Boot's own binder, so that the bean has the values that were checked.
 */
final class StoragePropertiesBinding implements ConfigurationPropertiesBindHandlerAdvisor {

    private final Environment environment;

    StoragePropertiesBinding(Environment environment) {
        this.environment = environment;
    }

    @Override
    public BindHandler apply(BindHandler handler) {
        return new AbstractBindHandler(handler) {

            @Override
            public <T> @Nullable Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target,
                    BindContext context) {
                if (target.getValue() != null
                        && target.getValue().get() instanceof ExternalStorageProperties properties) {
                    bind(properties);
                    return null;
                }
                return super.onStart(name, target, context);
            }

        };
    }

    private void bind(ExternalStorageProperties properties) {
        StorageBinder.of(this.environment)
            .bind(ExternalStorageProperties.PREFIX, Bindable.ofInstance(properties), new StrictBindHandler());
    }

}
