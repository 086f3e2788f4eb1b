package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.spi.StorageDriverFactory;
import io.github.claimcheck.temporal.spi.StorageDriverProperties;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.temporal.common.converter.DataConverter;
import java.beans.PropertyDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.javapoet.ClassName;

/** Tests the hints for a native image. */
class StorageDriverHintsTests {

    private final RuntimeHints hints = hints();

    @Test
    void thePropertiesOfEveryFactoryCanBeBound() {
        new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all()).run((context) -> {
            List<String> bound = new ArrayList<>();
            for (StorageDriverFactory<?> factory : context.getBeanProvider(StorageDriverFactory.class)) {
                StorageDriverProperties properties = factory.newProperties();
                assertBound(properties.getClass(), bound);
            }
            assertThat(bound).contains("setBucket", "setSecretAccessKey", "setKmsKeyId", "setConnectionString",
                    "setDirectory", "setRetryAfter", "setMaxPayloadSize", "setTtl");
        });
    }

    /** Asserts hints for all setters, those of nested classes included. */
    private void assertBound(Class<?> type, List<String> bound) {
        for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(type)) {
            if (property.getWriteMethod() != null) {
                assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(property.getWriteMethod()))
                    .as(property.getWriteMethod().toString())
                    .accepts(this.hints);
                bound.add(property.getWriteMethod().getName());
            }
            else if (property.getPropertyType().getName().startsWith(type.getPackageName())) {
                assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(property.getReadMethod()))
                    .accepts(this.hints);
                assertBound(property.getPropertyType(), bound);
            }
        }
    }

    @Test
    void theMethodsOfDataConvertersCanBeInvoked() throws Exception {
        assertThat(RuntimeHintsPredicates.reflection()
            .onMethodInvocation(DataConverter.class.getMethod("toPayload", Object.class))).accepts(this.hints);
    }

    private static RuntimeHints hints() {
        GenericApplicationContext context = new GenericApplicationContext();
        new AnnotatedBeanDefinitionReader(context).register(StarterAutoConfigurations.classes());
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get(StorageDriverHintsTests.class)), new InMemoryGeneratedFiles());
        new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        return generation.getRuntimeHints();
    }

}
