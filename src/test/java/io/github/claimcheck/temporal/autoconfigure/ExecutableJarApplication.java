package io.github.claimcheck.temporal.autoconfigure;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.RepairableStorageDriver;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * Makes composite drivers call a delegate outside of the caller's thread, and prints
 * which class loader that delegate finds there.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
class ExecutableJarApplication {

    private static final Payload PAYLOAD = Payload.newBuilder().setData(ByteString.copyFrom(new byte[100])).build();

    private static final CountDownLatch REPAIRED = new CountDownLatch(1);

    public static void main(String[] arguments) throws Exception {
        String drivers = "--temporal.external-storage.drivers.";
        try (ConfigurableApplicationContext context = SpringApplication.run(ExecutableJarApplication.class,
                "--spring.main.banner-mode=off", "--temporal.external-storage.default-driver=fallback",
                drivers + "fallback.drivers=hanging,empty", drivers + "fallback.timeout=50ms",
                drivers + "mirror.drivers=empty,full", drivers + "hanging-mirror.type=mirror",
                drivers + "hanging-mirror.name=hanging-mirror", drivers + "hanging-mirror.drivers=hanging,full",
                drivers + "hanging-mirror.timeout=50ms", drivers + "file.type=local-disk",
                drivers + "file.directory=" + System.getProperty("java.io.tmpdir"))) {
            // Its threads have the system class loader, as those of an application's own
            // pool may have.
            CompletableFuture.runAsync(() -> use(context)).join();
            if (!REPAIRED.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("No copy was repaired");
            }
        }
    }

    private static void use(ConfigurableApplicationContext context) {
        print("caller");
        context.getBean("fallbackStorageDriver", StorageDriver.class).store(new NoTarget(), List.of(PAYLOAD)).join();
        StorageDriverClaim claim = new StorageDriverClaim(Map.of("hanging", "{}", "empty", "{}", "full", "{}"));
        context.getBean("hangingMirrorStorageDriver", StorageDriver.class).retrieve(new StorageDriverRetrieveContext() {
        }, List.of(claim)).join();
        context.getBean("mirrorStorageDriver", StorageDriver.class).retrieve(new StorageDriverRetrieveContext() {
        }, List.of(claim)).join();
        context.getBean("fileStorageDriver", StorageDriver.class)
            .store(new NoTarget(), List.of(PAYLOAD))
            .whenComplete((claims, failure) -> print("continuation of local-disk"))
            .join();
    }

    private static void print(String operation) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        String found;
        try {
            Class.forName(RepairableStorageDriver.class.getName(), false, loader);
            found = "sees the application";
        }
        catch (ClassNotFoundException ex) {
            found = "is blind";
        }
        System.out.println(operation + " " + found);
    }

    @Bean
    StorageDriver hanging() {
        return new TestDriver("hanging");
    }

    @Bean
    StorageDriver empty() {
        return new TestDriver("empty");
    }

    @Bean
    StorageDriver full() {
        return new TestDriver("full");
    }

    private record NoTarget() implements StorageDriverStoreContext {

        @Override
        public StorageDriverTargetInfo getTarget() {
            return null;
        }

    }

    private record TestDriver(String name) implements RepairableStorageDriver {

        @Override
        public String getName() {
            return this.name;
        }

        @Override
        public String getType() {
            return "test";
        }

        @Override
        public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
                List<Payload> payloads) {
            if (this.name.equals("hanging")) {
                return new CompletableFuture<>();
            }
            print("fallback's store");
            return CompletableFuture.completedFuture(List.of(new StorageDriverClaim(Map.of())));
        }

        @Override
        public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
                List<StorageDriverClaim> claims) {
            if (this.name.equals("hanging")) {
                return new CompletableFuture<>();
            }
            if (this.name.equals("empty")) {
                return CompletableFuture.failedFuture(new ObjectNotFoundException("gone", null));
            }
            print("mirror's retrieve");
            return CompletableFuture.completedFuture(List.of(PAYLOAD));
        }

        @Override
        public CompletableFuture<Payload> repair(StorageDriverClaim claim, Payload payload) {
            print("repair");
            REPAIRED.countDown();
            return CompletableFuture.completedFuture(payload);
        }

    }

}
