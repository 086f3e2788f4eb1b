package io.github.claimcheck.temporal.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.claimcheck.temporal.health.StorageHealth;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What the tests of all stores do with a driver that the starter made. */
public abstract class StoreTests {

    protected static final String DRIVERS = "temporal.external-storage.drivers.";

    protected static final String RUN_ID = "3f1d6c7a-8b2e-4f7a-9d0a-87a6f95e4d31";

    protected static final StorageDriverStoreContext CONTEXT = StorageContexts
        .store(StorageContexts.workflow("order-1"));

    /** Returns an application that saves no request, so that a test sees all of them. */
    protected static ApplicationContextRunner savingNothing() {
        return saving().withPropertyValues("temporal.external-storage.cache.max-size=0",
                "temporal.external-storage.assume-stored-for=0");
    }

    /** Returns an application as it is by default. */
    protected static ApplicationContextRunner saving() {
        return new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all());
    }

    /** Runs an application, and does something with its only driver. */
    protected static void run(ApplicationContextRunner runner, DriverAction action) {
        runner.run((context) -> {
            assertThat(context).hasNotFailed();
            action.on(context.getBean(StorageDriver.class));
        });
    }

    /** Runs an application, and does something with what tells its drivers' health. */
    protected static void health(ApplicationContextRunner runner, HealthAction action) {
        runner.run((context) -> {
            assertThat(context).hasNotFailed();
            action.on(context.getBean(StorageHealth.class));
        });
    }

    /** Stores for a workflow. */
    protected static List<StorageDriverClaim> store(StorageDriver driver, Payload... payloads) {
        return driver.store(CONTEXT, List.of(payloads)).join();
    }

    protected static StorageDriverClaim storeFor(StorageDriver driver, StorageDriverTargetInfo target,
            Payload payload) {
        return driver.store(StorageContexts.store(target), List.of(payload)).join().get(0);
    }

    protected static List<Payload> retrieve(StorageDriver driver, List<StorageDriverClaim> claims) {
        return driver.retrieve(StorageContexts.retrieve(), claims).join();
    }

    protected static Payload payload(String text) {
        return Payloads.of(text.getBytes(StandardCharsets.UTF_8));
    }

    protected static String digest(Payload payload) {
        return Payloads.sha256(payload.toByteArray());
    }

    /** Returns a claim with these entries, but for those that are null, and a digest. */
    protected static StorageDriverClaim claim(String name, String value, String... more) {
        Map<String, String> claim = new HashMap<>(Map.of("hash_algorithm", "sha256", "hash_value", "0".repeat(64)));
        claim.put(name, value);
        for (int i = 0; i < more.length; i += 2) {
            claim.put(more[i], more[i + 1]);
        }
        claim.values().removeIf((entry) -> entry == null);
        return new StorageDriverClaim(claim);
    }

    protected static Throwable failureOfStoring(StorageDriver driver, Payload... payloads) {
        return failureOf(driver.store(CONTEXT, List.of(payloads)));
    }

    protected static Throwable failureOfRetrieving(StorageDriver driver, List<StorageDriverClaim> claims) {
        return failureOf(driver.retrieve(StorageContexts.retrieve(), claims));
    }

    /** Returns what a transfer ends with, which must not be a success. */
    protected static Throwable failureOf(CompletableFuture<?> transfer) {
        Throwable failure = catchThrowable(() -> transfer.get(1, TimeUnit.MINUTES));
        assertThat(failure).as("failure of the transfer").isNotNull();
        return (failure instanceof ExecutionException) ? failure.getCause() : failure;
    }

    /** Returns the messages of a failure and of all its causes. */
    protected static String everythingSaidBy(Throwable failure) {
        StringBuilder said = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            said.append(cause).append('\n');
        }
        return said.toString();
    }

    /** What a test does with a driver. */
    @FunctionalInterface
    protected interface DriverAction {

        void on(StorageDriver driver) throws Exception;

    }

    /** What a test does with what tells the drivers' health. */
    @FunctionalInterface
    protected interface HealthAction {

        void on(StorageHealth health) throws Exception;

    }

}
