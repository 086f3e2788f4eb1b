package io.github.claimcheck.temporal.store.azure;

import com.azure.storage.blob.BlobServiceAsyncClient;
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

/** Auto-configuration for storage drivers of type {@code azure}. */
@AutoConfiguration
@ConditionalOnClass(StorageDriver.class)
public class AzureStorageDriverAutoConfiguration {

    private static final String TYPE = "azure";

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(BlobServiceAsyncClient.class)
    static class FactoryConfiguration {

        @Bean
        AzureStorageDriverFactory azureStorageDriverFactory(ListableBeanFactory beans,
                ObjectProvider<BlobServiceAsyncClient> client, ObjectProvider<SslBundles> sslBundles) {
            return new AzureStorageDriverFactory(TYPE,
                    new ApplicationBean<>(BlobServiceAsyncClient.class, client, beans), sslBundles);
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass("com.azure.storage.blob.BlobServiceAsyncClient")
    static class MissingLibraryConfiguration {

        @Bean
        MissingLibrary azureMissingLibrary() {
            return new MissingLibrary(TYPE, "Add the dependency com.azure:azure-storage-blob.");
        }

    }

}
