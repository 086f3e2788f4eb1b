package io.github.claimcheck.temporal.codecserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ByteBudgetTests {

    private static final long MEGABYTE = 1024 * 1024;

    private final ByteBudget budget = new ByteBudget(10 * MEGABYTE, Duration.ZERO);

    private static void assertBusy(Runnable acquire) {
        assertThatExceptionOfType(RefusedException.class).isThrownBy(acquire::run)
            .withMessageContaining("temporal.external-storage.max-bytes-in-flight")
            .satisfies((busy) -> assertThat(busy.getStatus()).isEqualTo(503));
    }

    @Test
    void sharesWhatThereIs() {
        ByteBudget.Share large = this.budget.acquire(7 * MEGABYTE);
        assertBusy(() -> this.budget.acquire(4 * MEGABYTE));
        this.budget.acquire(3 * MEGABYTE).close();
        large.close();
        this.budget.acquire(10 * MEGABYTE).close();
    }

    @Test
    void givesAllToARequestForMore() {
        try (ByteBudget.Share all = this.budget.acquire(100 * MEGABYTE)) {
            all.growTo(1000 * MEGABYTE);
            assertBusy(() -> this.budget.acquire(1));
        }
        this.budget.acquire(10 * MEGABYTE).close();
    }

    @Test
    void countsAByteAsWellAsAThousand() {
        this.budget.acquire(1);
        assertBusy(() -> this.budget.acquire(10 * MEGABYTE));
    }

    @Test
    void closingTwiceReleasesOnce() {
        ByteBudget.Share share = this.budget.acquire(6 * MEGABYTE);
        share.close();
        share.close();
        this.budget.acquire(10 * MEGABYTE);
        assertBusy(() -> this.budget.acquire(1));
    }

    @Test
    void growsIfThereIsRoomAndDoesNotWait() {
        ByteBudget.Share first = this.budget.acquire(2 * MEGABYTE);
        ByteBudget.Share second = this.budget.acquire(2 * MEGABYTE);
        first.growTo(8 * MEGABYTE);
        first.growTo(MEGABYTE);
        assertBusy(() -> second.growTo(3 * MEGABYTE));
        first.close();
        second.growTo(10 * MEGABYTE);
        second.close();
        this.budget.acquire(10 * MEGABYTE).close();
    }

    @Test
    void waitsForOthersToRelease() {
        ByteBudget patient = new ByteBudget(MEGABYTE, Duration.ofMinutes(1));
        ByteBudget.Share first = patient.acquire(MEGABYTE);
        CompletableFuture<ByteBudget.Share> second = CompletableFuture.supplyAsync(() -> patient.acquire(MEGABYTE));
        first.close();
        assertThat(second.orTimeout(50, TimeUnit.SECONDS).join()).isNotNull();
    }

}
