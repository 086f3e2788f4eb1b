package io.github.claimcheck.sample.stores;

import com.google.cloud.NoCredentials;
import com.google.cloud.ServiceOptions;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Creates the bucket in fake-gcs-server, which starts without any. Storage drivers never
 * create what they store in. The client is no bean, since the driver would use it in
 * place of its own.
 */
@Component
@Profile("gcs")
class GcsBucket implements ApplicationRunner {

    private final String endpoint;

    private final String bucket;

    GcsBucket(@Value("${temporal.external-storage.drivers.gcs.endpoint}") String endpoint,
            @Value("${temporal.external-storage.drivers.gcs.bucket}") String bucket) {
        this.endpoint = endpoint;
        this.bucket = bucket;
    }

    /** Without retries: a server that is not running is reported at once. */
    @Override
    public void run(ApplicationArguments arguments) throws Exception {
        StorageOptions options = StorageOptions.http()
            .setHost(this.endpoint)
            .setProjectId("sample")
            .setCredentials(NoCredentials.getInstance())
            .setRetrySettings(ServiceOptions.getNoRetrySettings())
            .build();
        try (Storage storage = options.getService()) {
            if (storage.get(this.bucket) == null) {
                storage.create(BucketInfo.of(this.bucket));
            }
        }
    }

}
