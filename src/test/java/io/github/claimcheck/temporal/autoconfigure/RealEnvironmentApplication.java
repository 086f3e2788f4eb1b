package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.store.disk.LocalDiskStorageDriverAutoConfiguration;
import io.github.claimcheck.temporal.store.redis.RedisStorageDriverAutoConfiguration;
import io.github.claimcheck.temporal.store.s3.S3StorageDriverAutoConfiguration;
import io.temporal.payload.storage.StorageDriver;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** An application in a process of its own, which tells its drivers and its threshold. */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({ StorageDriverAutoConfiguration.class, ExternalStorageAutoConfiguration.class,
        S3StorageDriverAutoConfiguration.class, LocalDiskStorageDriverAutoConfiguration.class,
        RedisStorageDriverAutoConfiguration.class })
public class RealEnvironmentApplication {

    /**
     * Starts and ends the application.
     * @param arguments properties, each as {@code --name=value}
     */
    public static void main(String[] arguments) {
        SpringApplication application = new SpringApplication(RealEnvironmentApplication.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setEnvironmentPrefix(System.getProperty("test.environment-prefix"));
        try (ConfigurableApplicationContext context = application.run(arguments)) {
            Set<String> drivers = new TreeSet<>(context.getBeansOfType(StorageDriver.class).keySet());
            String threshold = context.getBeanProvider(ExternalStorageProperties.class)
                .stream()
                .map((properties) -> properties.getThreshold().toString())
                .findFirst()
                .orElse("none");
            System.out.println("STARTED with " + drivers + ", threshold " + threshold);
        }
    }

}
