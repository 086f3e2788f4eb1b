package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.StorageDriverId;
import java.util.List;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Auto-configuration that records what ahead-of-time processing sees in the build,
 * whether or not external storage is enabled there.
 */
@AutoConfiguration
@ConditionalOnClass(name = "io.temporal.payload.storage.StorageDriver")
@Import(BuildTimeAutoConfiguration.Registrar.class)
public class BuildTimeAutoConfiguration {

    static class Registrar implements ImportBeanDefinitionRegistrar {

        private final Environment environment;

        Registrar(Environment environment) {
            this.environment = environment;
        }

        @Override
        public void registerBeanDefinitions(AnnotationMetadata importingClass, BeanDefinitionRegistry registry) {
            boolean enabled = OnExternalStorageEnabled.isEnabled(this.environment);
            List<String> drivers = !enabled ? List.of()
                    : ConfiguredStorageDrivers.in(this.environment)
                        .enabled()
                        .stream()
                        .map(StorageDriverId::toString)
                        .toList();
            registry.registerBeanDefinition("externalStorageBuildTimeConfiguration",
                    BeanDefinitionBuilder.rootBeanDefinition(BuildTimeConfiguration.class)
                        .addConstructorArgValue(enabled)
                        .addConstructorArgValue(OnReadEarlyReferences.isEnabled(this.environment))
                        .addConstructorArgValue(OnCodecServerEnabled.isEnabled(this.environment))
                        .addConstructorArgValue(drivers)
                        .getBeanDefinition());
        }

    }

}
