package io.github.claimcheck.temporal.store.s3;

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
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Auto-configuration for storage drivers of type {@code s3}. */
@AutoConfiguration
@ConditionalOnClass(StorageDriver.class)
public class S3StorageDriverAutoConfiguration {

    private static final String TYPE = "s3";

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(S3AsyncClient.class)
    static class FactoryConfiguration {

        @Bean
        S3StorageDriverFactory s3StorageDriverFactory(ListableBeanFactory beans, ObjectProvider<S3AsyncClient> client,
                ObjectProvider<S3BucketResolver> bucketResolver, ObjectProvider<AwsCredentialsProvider> credentials,
                ObjectProvider<AwsRegionProvider> region, ObjectProvider<SslBundles> sslBundles,
                ObjectProvider<S3AsyncClientBuilderCustomizer> customizers) {
            return new S3StorageDriverFactory(TYPE, new ApplicationBean<>(S3AsyncClient.class, client, beans),
                    new ApplicationBean<>(S3BucketResolver.class, bucketResolver, beans),
                    new S3Clients.Beans(new ApplicationBean<>(AwsCredentialsProvider.class, credentials, beans), region,
                            sslBundles),
                    customizers);
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass("software.amazon.awssdk.services.s3.S3AsyncClient")
    static class MissingLibraryConfiguration {

        @Bean
        MissingLibrary s3MissingLibrary() {
            return new MissingLibrary(TYPE,
                    "Add the dependency software.amazon.awssdk:s3, which the build excludes from this starter.");
        }

    }

}
