package io.github.claimcheck.temporal.store.gcs;

import com.google.cloud.storage.Storage;
import io.github.claimcheck.temporal.spi.ApplicationBean;
import io.github.claimcheck.temporal.spi.MissingLibrary;
import io.temporal.payload.storage.StorageDriver;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Auto-configuration for storage drivers of type {@code gcs}. */
@AutoConfiguration
@ConditionalOnClass(StorageDriver.class)
public class GcsStorageDriverAutoConfiguration {

    private static final String TYPE = "gcs";

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Storage.class)
    static class FactoryConfiguration {

        @Bean
        GcsStorageDriverFactory gcsStorageDriverFactory(ListableBeanFactory beans, ObjectProvider<Storage> client,
                ObjectProvider<SslBundles> sslBundles) {
            return new GcsStorageDriverFactory(TYPE, new ApplicationBean<>(Storage.class, client, beans), sslBundles);
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass("com.google.cloud.storage.Storage")
    static class MissingLibraryConfiguration {

        @Bean
        MissingLibrary gcsMissingLibrary() {
            return new MissingLibrary(TYPE, "Add the dependency com.google.cloud:google-cloud-storage.");
        }

    }

}
