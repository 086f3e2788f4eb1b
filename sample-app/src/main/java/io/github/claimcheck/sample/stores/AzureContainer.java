package io.github.claimcheck.sample.stores;

import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Creates the container in Azurite, which starts without any. Storage drivers never
 * create what they store in.
 */
@Component
@Profile("azure")
class AzureContainer implements ApplicationRunner {

    private final String connectionString;

    private final String container;

    AzureContainer(@Value("${temporal.external-storage.drivers.azure.connection-string}") String connectionString,
            @Value("${temporal.external-storage.drivers.azure.container}") String container) {
        this.connectionString = connectionString;
        this.container = container;
    }

    /** In one attempt: a server that is not running is reported at once. */
    @Override
    public void run(ApplicationArguments arguments) {
        new BlobContainerClientBuilder().connectionString(this.connectionString)
            .containerName(this.container)
            .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, 10, null, null, null))
            .buildClient()
            .createIfNotExists();
    }

}
