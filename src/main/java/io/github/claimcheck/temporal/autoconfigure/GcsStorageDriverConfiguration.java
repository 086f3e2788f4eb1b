package io.github.claimcheck.temporal.autoconfigure;

import com.google.cloud.storage.Storage;
import io.github.claimcheck.temporal.driver.DriverResources;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Drivers of the type {@code gcs}. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(Storage.class)
class GcsStorageDriverConfiguration {

    @Bean
    GcsStorageDriverFactory gcsStorageDriverFactory(ListableBeanFactory beans, ObjectProvider<Storage> client,
            DriverResources resources) {
        return new GcsStorageDriverFactory(new ApplicationBean<>(Storage.class, client, beans), resources);
    }

}
