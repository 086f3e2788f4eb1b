package io.github.claimcheck.temporal.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.contract.StorageDriverContract;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** The contract for drivers as the starter makes them from properties. */
public abstract class ConfiguredStorageDriverContract extends StorageDriverContract {

    /** Enough for each payload of the contract. */
    protected static final long MAX_PAYLOAD_SIZE = 50_000_000;

    private final List<AnnotationConfigApplicationContext> contexts = new ArrayList<>();

    /** The driver's {@code max-retrieved-size}; 0 for the default. */
    private long maxRetrievedSize;

    @Override
    protected final StorageDriver newDriver(long maxPayloadSize, long maxRetrievedSize) throws Exception {
        this.maxRetrievedSize = maxRetrievedSize;
        try {
            return newDriver(maxPayloadSize);
        }
        finally {
            this.maxRetrievedSize = 0;
        }
    }

    /**
     * Makes the driver of an application that has nothing but these properties.
     * @param id the driver's id, the key under {@code drivers}
     * @param maxPayloadSize the driver's {@code max-payload-size}
     * @param properties all others, as {@code name=value} with full names
     */
    protected final StorageDriver configured(String id, long maxPayloadSize, String... properties) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        this.contexts.add(context);
        TestPropertyValues
            .of("temporal.external-storage.threshold=0", "temporal.external-storage.cache.max-size=0",
                    "temporal.external-storage.assume-stored-for=0",
                    "temporal.external-storage.drivers." + id + ".max-payload-size=" + maxPayloadSize + "B")
            .and((this.maxRetrievedSize > 0) ? new String[] {
                    "temporal.external-storage.drivers." + id + ".max-retrieved-size=" + this.maxRetrievedSize + "B" }
                    : new String[0])
            .and(properties)
            .applyTo(context);
        context.register(autoConfigurations());
        context.refresh();
        return context.getBean(StorageDriver.class);
    }

    /**
     * Returns how many bytes an upload may allocate for each byte of a payload. More than
     * a little is needed only by a client that takes nothing but one array of the whole.
     */
    protected double maxAllocationPerByte() {
        return 0.15;
    }

    /** One array of the whole would be at least one byte for each. */
    @Test
    void uploadsAPayloadFromItsOwnBytes() throws Exception {
        int size = 5_000_000;
        StorageDriver driver = newDriver(MAX_PAYLOAD_SIZE);
        // Loads classes and fills pools.
        IntStream.range(0, 10).forEach((i) -> upload(driver, Payloads.of(Payloads.bytes(100_000, i))));
        List<Payload> payloads = IntStream.range(0, 6).mapToObj((i) -> Payloads.of(Payloads.bytes(size, i))).toList();
        upload(driver, payloads.get(0));
        Allocations before = Allocations.now();
        payloads.subList(1, 6).forEach((payload) -> upload(driver, payload));
        assertThat((double) Allocations.now().since(before) / 5 / size).as("bytes allocated for each byte stored")
            .isLessThan(maxAllocationPerByte());
    }

    private static void upload(StorageDriver driver, Payload payload) {
        driver.store(StorageContexts.store(null), List.of(payload)).join();
    }

    /** Returns the auto-configurations that make the driver, in their order. */
    protected Class<?>[] autoConfigurations() {
        return StarterAutoConfigurations.classes();
    }

    protected static String key(StorageDriverClaim claim) {
        return claim.getClaimData().get("key");
    }

    @AfterEach
    void closeContexts() {
        this.contexts.forEach(AnnotationConfigApplicationContext::close);
    }

}
