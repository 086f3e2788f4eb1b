package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.temporal.payload.storage.StorageDriver;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Registers a {@link StorageDriver} bean for each id under
 * {@code temporal.external-storage.drivers}, unless it is switched off, or the
 * application has a bean of that name. {@link StorageDriverCreator} creates the driver.
 */
class StorageDriverRegistrar implements ImportBeanDefinitionRegistrar {

    private static final Log logger = LogFactory.getLog(StorageDriverRegistrar.class);

    private final Environment environment;

    StorageDriverRegistrar(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata importingClass, BeanDefinitionRegistry registry) {
        ConfiguredStorageDrivers drivers = ConfiguredStorageDrivers.in(this.environment);
        drivers.enabled().forEach((id) -> register(id, registry));
        drivers.disabled()
            .forEach((id) -> logger.info(id.property("enabled") + " is false, so there is no such driver"));
    }

    private static void register(StorageDriverId id, BeanDefinitionRegistry registry) {
        StorageDriverId bean = StorageDriverId.of(id.beanName());
        for (String name : registry.getBeanDefinitionNames()) {
            if (StorageDriverId.of(name).equals(bean)) {
                logger.warn("The application's bean " + name + " is used, so " + id.prefix() + " has no effect");
                return;
            }
        }
        AbstractBeanDefinition driver = BeanDefinitionBuilder.rootBeanDefinition(StorageDriver.class)
            .setFactoryMethodOnBean("create", StorageDriverCreator.BEAN_NAME)
            // A string, since ahead-of-time processing must generate code for the
            // argument.
            .addConstructorArgValue(id.toString())
            .setDestroyMethodName(AbstractBeanDefinition.INFER_METHOD)
            .getBeanDefinition();
        registry.registerBeanDefinition(id.beanName(), driver);
    }

}
