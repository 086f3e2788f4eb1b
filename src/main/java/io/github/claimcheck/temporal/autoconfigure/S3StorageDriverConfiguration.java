package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.s3.S3BucketResolver;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Drivers of the type {@code s3}. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(S3AsyncClient.class)
class S3StorageDriverConfiguration {

    @Bean
    S3StorageDriverFactory s3StorageDriverFactory(ListableBeanFactory beans, ObjectProvider<S3AsyncClient> client,
            ObjectProvider<S3BucketResolver> bucketResolver,
            ObjectProvider<S3AsyncClientBuilderCustomizer> customizers, DriverResources resources) {
        return new S3StorageDriverFactory(new ApplicationBean<>(S3AsyncClient.class, client, beans),
                new ApplicationBean<>(S3BucketResolver.class, bucketResolver, beans), customizers, resources);
    }

}
