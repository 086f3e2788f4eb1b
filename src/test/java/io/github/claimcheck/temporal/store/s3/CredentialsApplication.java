package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import software.amazon.awssdk.services.s3.S3Client;

/** Stores a payload with the credentials that the environment of its process has. */
class CredentialsApplication {

    /** Also store with a blocking client, as the application makes one for itself. */
    static final String BLOCKING = "--blocking";

    public static void main(String[] arguments) {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(StarterAutoConfigurations.classes())
            .web(WebApplicationType.NONE)
            .run(arguments)) {
            context.getBean(StorageDriver.class)
                .store(StorageContexts.store(null), List.of(Payload.getDefaultInstance()))
                .join();
            System.out.println("stored");
            if (List.of(arguments).contains(BLOCKING)) {
                try (S3Client client = S3Client.create()) {
                    client.listBuckets();
                }
            }
        }
        catch (CompletionException ex) {
            System.out
                .println("FAILURE " + ex.getCause().getClass().getSimpleName() + " " + ex.getCause().getMessage());
        }
    }

}
