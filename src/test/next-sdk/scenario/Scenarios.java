package scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.autoconfigure.ExternalStorageAutoConfiguration;
import io.github.claimcheck.temporal.autoconfigure.StorageDriverAutoConfiguration;
import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.github.claimcheck.temporal.store.disk.LocalDiskStorageDriverAutoConfiguration;
import io.github.claimcheck.temporal.testing.MapObjectStore;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.CancellationToken;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.ExternalStorageConcurrency;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverLimiter;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What applications do on the next SDK. The test compiles this against it. */
public final class Scenarios {

    private static final StorageDriverTargetInfo TARGET = StorageContexts.workflow("order-1");

    private Scenarios() {
    }

    public static void takesOnePermitForEachTransfer() {
        MapObjectStore objects = new MapObjectStore();
        StorageDriver driver = objects.driver("map");
        Limits<Payload> uploads = new Limits<>(100);
        Limits<StorageDriverClaim> downloads = new Limits<>(100);
        List<Payload> payloads = List.of(Payloads.ofSerializedSize(100), Payloads.ofSerializedSize(200));

        List<StorageDriverClaim> claims = driver.store(store(uploads), payloads).join();
        List<Payload> retrieved = driver.retrieve(retrieve(downloads), claims).join();

        assertThat(retrieved).isEqualTo(payloads);
        assertThat(uploads.items).isEqualTo(payloads);
        assertThat(downloads.items).isEqualTo(claims);
        assertThat(uploads.held + downloads.held).isZero();
    }

    public static void uploadsNoMoreAtATimeThanPermitted() {
        MapObjectStore objects = new MapObjectStore();
        Limits<Payload> limits = new Limits<>(2);
        CompletableFuture<Void> network = objects.hang();
        CompletableFuture<?> stored = objects.driver("map")
            .store(store(limits), List.of(Payloads.ofSerializedSize(100), Payloads.ofSerializedSize(200),
                    Payloads.ofSerializedSize(300)));

        assertThat(objects.puts()).hasSize(2);
        network.complete(null);
        stored.join();

        assertThat(objects.puts()).hasSize(3);
    }

    public static void doesNotStartACancelledTransferThatWaited() {
        MapObjectStore objects = new MapObjectStore();
        Limits<Payload> limits = new Limits<>(0);
        CompletableFuture<?> stored = objects.driver("map")
            .store(store(limits), List.of(Payloads.ofSerializedSize(100)));

        stored.cancel(true);
        limits.release(1);

        assertThat(objects.puts()).isEmpty();
        assertThat(limits.held).isZero();
    }

    public static void endsATransferInFlightWhenItsCallerCancels() {
        MapObjectStore objects = new MapObjectStore();
        Limits<Payload> limits = new Limits<>(1);
        objects.hang();
        CompletableFuture<?> stored = objects.driver("map")
            .store(store(limits), List.of(Payloads.ofSerializedSize(100)));

        stored.cancel(true);

        assertThat(limits.held).isZero();
    }

    public static void goesOnWithATransferWhoseFirstCallerWasCancelled() {
        MapObjectStore objects = new MapObjectStore();
        StorageDriver driver = objects.driver("map");
        List<Payload> payloads = List.of(Payloads.ofSerializedSize(100));
        Limits<Payload> limits = new Limits<>(2);
        CompletableFuture<Void> network = objects.hang();
        CompletableFuture<?> cancelled = driver.store(store(limits), payloads);
        CompletableFuture<List<StorageDriverClaim>> other = driver.store(store(limits), payloads);

        cancelled.cancel(true);
        network.complete(null);

        assertThat(other.join()).hasSize(1);
        assertThat(objects.puts()).hasSize(1);
    }

    public static void failsAsTheLimiterDoes() {
        Limits<Payload> limits = new Limits<>(1);
        limits.failure = new IllegalStateException("abandoned");
        CompletableFuture<?> stored = new MapObjectStore().driver("map")
            .store(store(limits), List.of(Payloads.ofSerializedSize(100)));

        assertThatThrownBy(stored::join).hasRootCauseInstanceOf(IllegalStateException.class)
            .hasRootCauseMessage("abandoned");
    }

    public static void takesContextsThatWereCompiledForAnEarlierSdk() {
        StorageDriver driver = new MapObjectStore().driver("map");
        List<Payload> payloads = List.of(Payloads.ofSerializedSize(100));

        List<StorageDriverClaim> claims = driver.store(StorageContexts.store(TARGET), payloads).join();

        assertThat(driver.retrieve(StorageContexts.retrieve(), claims).join()).isEqualTo(payloads);
    }

    public static void convertsWithDriversThatAskForPermits() {
        AskingDriver driver = new AskingDriver();
        DataConverter converter = new ExternalStorageDataConverter(DefaultDataConverter.newDefaultInstance(),
                ExternalStorage.newBuilder()
                    .setDriver(driver)
                    .setPayloadSizeThreshold(10)
                    .setDriverSelector((context, payload) -> (context.getUnheardOf() == null) ? driver : null)
                    .build());
        Payload payload = converter.toPayload("a value that is large enough").orElseThrow();

        assertThat(driver.payloads).hasSize(1);
        assertThat(converter.fromPayload(payload, String.class, String.class))
            .isEqualTo("a value that is large enough");
    }

    public static void limitsOperationsToTheConfiguredTransfers(Path directory) {
        contexts(directory).run((context) -> {
            ExternalStorageConcurrency concurrency = context.getBean(ExternalStorage.class).getConcurrency();
            assertThat(concurrency.getMaxDriverOperations()).isEqualTo(5);
            assertThat(concurrency.getMaxOperationsPerMessage()).isEqualTo(5);
        });
    }

    public static void keepsTheLimitsOfAnApplicationsExternalStorage(Path directory) {
        ExternalStorage own = ExternalStorage.newBuilder()
            .setDriver(new MapObjectStore().driver("map"))
            .setDriverSelector((context, payload) -> null)
            .setConcurrency(ExternalStorageConcurrency.newBuilder()
                .setMaxDriverOperations(7)
                .setMaxOperationsPerMessage(3)
                .build())
            .build();
        contexts(directory).withBean(ExternalStorage.class, () -> own).run((context) -> {
            ExternalStorage watched = context.getBean(ExternalStorage.class);
            assertThat(watched).isNotSameAs(own);
            assertThat(watched.getConcurrency().getMaxDriverOperations()).isEqualTo(7);
            assertThat(watched.getConcurrency().getMaxOperationsPerMessage()).isEqualTo(3);
        });
    }

    private static ApplicationContextRunner contexts(Path directory) {
        return new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(StorageDriverAutoConfiguration.class,
                    LocalDiskStorageDriverAutoConfiguration.class, ExternalStorageAutoConfiguration.class))
            .withPropertyValues("temporal.external-storage.drivers.local-disk.directory=" + directory,
                    "temporal.external-storage.max-concurrent-transfers=5");
    }

    private static StorageDriverStoreContext store(StorageDriverLimiter<Payload> limiter) {
        return new StorageDriverStoreContext() {

            @Override
            public StorageDriverTargetInfo getTarget() {
                return TARGET;
            }

            @Override
            public StorageDriverLimiter<Payload> getLimiter() {
                return limiter;
            }

            @Override
            public boolean isUnheardOf() {
                return true;
            }

            @Override
            public CancellationToken<CancellationException> getCancellationToken() {
                return CancellationToken.none();
            }

        };
    }

    private static StorageDriverRetrieveContext retrieve(StorageDriverLimiter<StorageDriverClaim> limiter) {
        return new StorageDriverRetrieveContext() {

            @Override
            public StorageDriverLimiter<StorageDriverClaim> getLimiter() {
                return limiter;
            }

            @Override
            public int getUnheardOf() {
                return 1;
            }

        };
    }

    /** A number of permits, whose waiters are served in order. */
    private static final class Limits<I> implements StorageDriverLimiter<I> {

        private final List<I> items = new ArrayList<>();

        private final Deque<Runnable> waiting = new ArrayDeque<>();

        private RuntimeException failure;

        private int permits;

        private int held;

        private Limits(int permits) {
            this.permits = permits;
        }

        @Override
        public <T> CompletableFuture<T> permit(I item, Supplier<CompletableFuture<T>> operation) {
            if (this.failure != null) {
                return CompletableFuture.failedFuture(this.failure);
            }
            this.items.add(item);
            CompletableFuture<Void> granted = new CompletableFuture<>();
            this.waiting.add(() -> granted.complete(null));
            release(0);
            return granted.thenCompose((done) -> operation.get()).whenComplete((result, failed) -> {
                this.held--;
                release(1);
            });
        }

        private void release(int returned) {
            this.permits += returned;
            while (this.permits > 0 && !this.waiting.isEmpty()) {
                this.permits--;
                this.held++;
                this.waiting.poll().run();
            }
        }

    }

    /** An application's driver, which wraps its operations as the SDK says. */
    private static final class AskingDriver implements StorageDriver {

        private final List<Payload> payloads = new ArrayList<>();

        @Override
        public String getName() {
            return "asking";
        }

        @Override
        public String getType() {
            return "asking";
        }

        @Override
        public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
                List<Payload> payloads) {
            assertThat(context.isUnheardOf()).isFalse();
            return context.getLimiter().permit(payloads.get(0), () -> {
                this.payloads.addAll(payloads);
                return CompletableFuture
                    .completedFuture(List.of(new StorageDriverClaim(java.util.Map.of("index", "0"))));
            });
        }

        @Override
        public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
                List<StorageDriverClaim> claims) {
            assertThat(context.getUnheardOf()).isZero();
            assertThat(context).isEqualTo(context).hasToString("StorageDriverRetrieveContext");
            return context.getLimiter().permit(claims.get(0), () -> CompletableFuture.completedFuture(this.payloads));
        }

    }

}
