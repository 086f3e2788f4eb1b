package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Receives what somebody has written into event history: claims on objects that are
 * larger than the heap, and thousands of claims of nearly two megabytes.
 */
class HostileHistoryApplication {

    /** The claim leads to an object of at least 500 MB on each server. */
    static final String DIGEST = "0".repeat(64);

    static final String BUCKET = "hostile";

    static final int HUGE_CLAIMS = 1_000;

    static final int LARGE_CLAIMS = 20_000;

    public static void main(String[] arguments) {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(StarterAutoConfigurations.classes())
            .sources(DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class)
            .web(WebApplicationType.NONE)
            .run(arguments)) {
            Map<String, StorageDriver> drivers = new TreeMap<>(context.getBeansOfType(StorageDriver.class));
            drivers.values().forEach(HostileHistoryApplication::retrieveHugeObject);
            forgeClaims(context.getBean(DriverResources.class), List.copyOf(drivers.values()));
        }
    }

    private static void retrieveHugeObject(StorageDriver driver) {
        String key = driver.getType().equals("redis") ? "temporalio:payloads:v0:d:sha256:" + DIGEST
                : "v0/d/sha256/" + DIGEST;
        System.out.println(driver.getName() + " ends with " + failure(driver, claim(key, Map.of())));
    }

    private static StorageDriverClaim claim(String key, Map<String, String> more) {
        Map<String, String> claim = new HashMap<>(Map.of("bucket", BUCKET, "container", BUCKET, "key", key,
                "hash_algorithm", "sha256", "hash_value", DIGEST));
        claim.putAll(more);
        return new StorageDriverClaim(claim);
    }

    private static String failure(StorageDriver driver, StorageDriverClaim claim) {
        try {
            driver.retrieve(StorageContexts.retrieve(), List.of(claim)).join();
            return "a payload";
        }
        catch (CompletionException ex) {
            Throwable failure = Objects.requireNonNull(ex.getCause());
            return failure.getClass().getSimpleName() + ": " + failure.getMessage();
        }
    }

    /**
     * Does what the starter does with a reference in a history: some fit the bounds of a
     * claim, and the others do not.
     */
    private static void forgeClaims(DriverResources resources, List<StorageDriver> drivers) {
        for (int i = 0; i < LARGE_CLAIMS; i++) {
            forgeClaim(resources, drivers, i, "x".repeat(15_000));
        }
        for (int i = 0; i < HUGE_CLAIMS; i++) {
            forgeClaim(resources, drivers, i, "y\n".repeat(950_000));
        }
        System.out.println("received all claims");
    }

    private static void forgeClaim(DriverResources resources, List<StorageDriver> drivers, int i, String text) {
        StorageDriver driver = drivers.get(i % drivers.size());
        StorageDriverClaim claim = claim(i + "/" + text, Map.of("more", String.valueOf(i)));
        resources.storedObjects().addHistoryClaim(UUID.randomUUID().toString(), driver.getName(), claim);
        System.out.println(failure(driver, claim));
        try {
            StorageReference.from(new StorageReference(driver.getName() + text, claim).toPayload(1));
        }
        catch (IllegalArgumentException ex) {
            System.out.println(ex.getMessage());
        }
    }

}
