package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class TransferWatchTests {

    private long now;

    private final Deque<Runnable> timer = new ArrayDeque<>();

    private final TransferWatch watch = new TransferWatch(Duration.ofSeconds(10), () -> this.now, this.timer::add);

    private final RecordingStorageDriver driver = new RecordingStorageDriver("slow");

    private final StorageDriver watched = this.watch.watch(this.driver);

    private CompletableFuture<?> store() {
        return this.watched.store(() -> null, List.of(Payloads.of(new byte[1])));
    }

    private void pass(Duration time) {
        this.now += time.toNanos();
        if (!this.timer.isEmpty()) {
            this.timer.poll().run();
        }
    }

    @Test
    void logsOnceWhenTransfersAreOverdueAndOnceWhenTheyEnd(CapturedOutput output) {
        CompletableFuture<Void> transfer = this.driver.hang();
        for (int i = 0; i < 50; i++) {
            store();
        }
        pass(Duration.ofSeconds(9));
        assertThat(output).doesNotContain("slow");
        pass(Duration.ofSeconds(2));
        pass(Duration.ofSeconds(60));
        assertThat(output.getOut().split("has not completed a store", -1)).hasSize(2);
        assertThat(output).contains("Storage driver 'slow' has not completed a store for 11 s, with 50 transfers");
        transfer.complete(null);
        assertThat(output.getOut().split("has no overdue transfers any more, after 71 s", -1)).hasSize(2);
    }

    @Test
    void saysNothingOfTransfersThatEndInTime(CapturedOutput output) {
        CompletableFuture<Void> transfer = this.driver.hang();
        store();
        pass(Duration.ofSeconds(5));
        transfer.complete(null);
        pass(Duration.ofSeconds(60));
        assertThat(output).doesNotContain("slow");
        assertThat(this.timer).isEmpty();
    }

    @Test
    void knowsTheOldestTransfer() {
        assertThat(this.watch.getOldest()).isZero();
        CompletableFuture<Void> transfer = this.driver.hang();
        store();
        pass(Duration.ofSeconds(3));
        store();
        pass(Duration.ofSeconds(4));
        assertThat(this.watch.getOldest()).isEqualTo(Duration.ofSeconds(7));
        transfer.complete(null);
        assertThat(this.watch.getOldest()).isZero();
    }

    @Test
    void forgetsACancelledTransfer() {
        this.driver.hang();
        store().cancel(true);
        pass(Duration.ofSeconds(20));
        assertThat(this.watch.getOldest()).isZero();
    }

    @Test
    void aFailureEndsATransfer() {
        CompletableFuture<Void> transfer = this.driver.hang();
        store();
        transfer.completeExceptionally(new IllegalStateException("down"));
        assertThat(this.watch.getOldest()).isZero();
    }

}
