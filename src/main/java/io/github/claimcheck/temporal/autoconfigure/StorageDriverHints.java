package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.StorageDriverFactory;
import io.temporal.common.converter.DataConverter;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.aot.generate.GenerationContext;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.aot.BeanFactoryInitializationCode;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.BindableRuntimeHintsRegistrar;
import org.springframework.core.ResolvableType;

/**
 * Hints at what is used by reflection: the properties of drivers, which no
 * {@code @ConfigurationProperties} bean declares, and the methods of data converters. The
 * properties are those of all factories, third-party ones included.
 */
class StorageDriverHints implements BeanFactoryInitializationAotProcessor {

    @Override
    public BeanFactoryInitializationAotContribution processAheadOfTime(ConfigurableListableBeanFactory beans) {
        List<Class<?>> properties = Stream.of(beans.getBeanNamesForType(StorageDriverFactory.class, true, false))
            .<Class<?>>map((name) -> properties(beans.getMergedBeanDefinition(name).getResolvableType()))
            .toList();
        return new Contribution(properties);
    }

    /** Returns the properties' class, without creating the factory. */
    private static Class<?> properties(ResolvableType factory) {
        return factory.as(StorageDriverFactory.class).getGeneric(0).toClass();
    }

    private record Contribution(List<Class<?>> properties) implements BeanFactoryInitializationAotContribution {

        @Override
        public void applyTo(GenerationContext generation, BeanFactoryInitializationCode code) {
            RuntimeHints hints = generation.getRuntimeHints();
            BindableRuntimeHintsRegistrar.forTypes(this.properties).registerHints(hints);
            hints.reflection().registerType(DataConverter.class, MemberCategory.INVOKE_PUBLIC_METHODS);
        }

    }

}
