package io.github.claimcheck.temporal.autoconfigure;

import com.azure.storage.blob.BlobServiceAsyncClient;
import io.github.claimcheck.temporal.driver.DriverResources;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Drivers of the type {@code azure}. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(BlobServiceAsyncClient.class)
class AzureStorageDriverConfiguration {

    @Bean
    AzureStorageDriverFactory azureStorageDriverFactory(ListableBeanFactory beans,
            ObjectProvider<BlobServiceAsyncClient> client, DriverResources resources) {
        return new AzureStorageDriverFactory(new ApplicationBean<>(BlobServiceAsyncClient.class, client, beans),
                resources);
    }

}
