package io.github.claimcheck.temporal.autoconfigure;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.store.s3.S3StorageDriverAutoConfiguration;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * Stores and retrieves many payloads of nearly the maximum size concurrently. The
 * application itself needs little heap: the payloads share their data, and retrieved
 * payloads are released at once.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({ StorageDriverAutoConfiguration.class, ExternalStorageAutoConfiguration.class,
        S3StorageDriverAutoConfiguration.class })
class BurstApplication {

    static final int PAYLOADS = 16;

    static final int SIZE = 52_000_000;

    public static void main(String[] arguments) {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(BurstApplication.class)
            .web(WebApplicationType.NONE)
            .run(arguments)) {
            StorageDriver driver = context.getBean(StorageDriver.class);
            ByteString data = ByteString.copyFrom(Payloads.bytes(SIZE, 1));
            List<CompletableFuture<StorageDriverClaim>> stored = IntStream.range(0, PAYLOADS)
                .mapToObj((i) -> driver
                    .store(StorageContexts.store(StorageContexts.workflow("burst")), List.of(payload(data, i)))
                    .thenApply((claims) -> claims.get(0)))
                .toList();
            List<StorageDriverClaim> claims = stored.stream().map(CompletableFuture::join).toList();
            System.out.println("stored " + claims.stream().distinct().count());
            List<CompletableFuture<Boolean>> retrieved = IntStream.range(0, PAYLOADS)
                .mapToObj((i) -> driver.retrieve(StorageContexts.retrieve(), List.of(claims.get(i)))
                    .thenApply((payloads) -> payloads.get(0).equals(payload(data, i))))
                .toList();
            System.out.println("retrieved " + retrieved.stream().filter(CompletableFuture::join).count());
        }
    }

    private static Payload payload(ByteString data, int number) {
        return Payload.newBuilder()
            .putMetadata("number", ByteString.copyFromUtf8(String.valueOf(number)))
            .setData(data)
            .build();
    }

}
