package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SingleFlightTests {

    private final SingleFlight<String, String> flights = new SingleFlight<>();

    private final List<CompletableFuture<String>> transfers = new ArrayList<>();

    private CompletableFuture<String> join(String key) {
        return this.flights.join(key, () -> {
            this.transfers.add(new CompletableFuture<>());
            return this.transfers.get(this.transfers.size() - 1);
        });
    }

    @Test
    void callersOfOneKeyShareATransfer() {
        CompletableFuture<String> first = join("a");
        CompletableFuture<String> second = join("a");
        assertThat(this.transfers).hasSize(1);

        this.transfers.get(0).complete("done");

        assertThat(first).isCompletedWithValue("done").isNotSameAs(second);
        assertThat(second).isCompletedWithValue("done");
    }

    @Test
    void callersOfOtherKeysDoNot() {
        CompletableFuture<String> first = join("a");
        CompletableFuture<String> second = join("b");
        assertThat(this.transfers).hasSize(2);

        this.transfers.get(1).complete("done");

        assertThat(first).isNotDone();
        assertThat(second).isCompletedWithValue("done");
    }

    @Test
    void keepsNothingOfATransferThatHasEnded() {
        join("a");
        this.transfers.get(0).complete("old");
        CompletableFuture<String> second = join("a");
        assertThat(second).isNotDone();

        this.transfers.get(1).complete("new");

        assertThat(second).isCompletedWithValue("new");
    }

    @Test
    void keepsNothingOfATransferThatEndsAtOnce() {
        CompletableFuture<String> first = this.flights.join("a", () -> CompletableFuture.completedFuture("old"));
        CompletableFuture<String> second = this.flights.join("a", () -> CompletableFuture.completedFuture("new"));

        assertThat(first).isCompletedWithValue("old");
        assertThat(second).isCompletedWithValue("new");
    }

    @Test
    void callersFailTogether() {
        List<CompletableFuture<String>> callers = List.of(join("a"), join("a"));
        IOException failure = new IOException("cut");

        this.transfers.get(0).completeExceptionally(failure);

        assertThat(callers).allSatisfy((caller) -> assertThatThrownBy(caller::join).cause().isSameAs(failure));
        join("a");
        assertThat(this.transfers).hasSize(2);
    }

    @Test
    void whatThrowsFails() {
        RuntimeException failure = new IllegalStateException("closed");
        CompletableFuture<String> failed = this.flights.join("a", () -> {
            throw failure;
        });

        assertThatThrownBy(failed::join).cause().isSameAs(failure);
        assertThat(this.flights.join("a", () -> CompletableFuture.completedFuture("done")))
            .isCompletedWithValue("done");
    }

    @Test
    void oneCallersCancellationIsItsOwn() {
        CompletableFuture<String> first = join("a");
        CompletableFuture<String> second = join("a");

        first.cancel(true);
        assertThat(this.transfers.get(0)).isNotDone();
        this.transfers.get(0).complete("done");

        assertThat(first).isCancelled();
        assertThat(second).isCompletedWithValue("done");
    }

    @Test
    void theLastCallersCancellationEndsTheTransfer() {
        CompletableFuture<String> first = join("a");
        CompletableFuture<String> second = join("a");
        first.cancel(true);
        second.cancel(true);
        assertThat(this.transfers.get(0)).isCancelled();

        CompletableFuture<String> third = join("a");
        this.transfers.get(1).complete("done");

        assertThat(third).isCompletedWithValue("done");
    }

    /** As a driver does whose own work is synchronous. */
    @Test
    void aCallerMayJoinWhileTheTransferBegins() {
        List<CompletableFuture<String>> nested = new ArrayList<>();
        CompletableFuture<String> transfer = new CompletableFuture<>();
        CompletableFuture<String> outer = this.flights.join("a", () -> {
            nested.add(join("a"));
            return transfer;
        });
        transfer.complete("done");

        assertThat(this.transfers).isEmpty();
        assertThat(nested.get(0)).isCompletedWithValue("done");
        assertThat(outer).isCompletedWithValue("done");
    }

    /** A driver's transfers. */
    @Nested
    class InADriver extends SavedTransfers {

        @Test
        void downloadsAtTheSameTimeAreOne() {
            StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);
            manually();
            CompletableFuture<List<Payload>> first = begin(claim);
            CompletableFuture<List<Payload>> second = begin(claim);
            CompletableFuture<List<Payload>> twice = this.driver.retrieve(StorageContexts.retrieve(),
                    List.of(claim, claim));
            assertThat(transfers()).isEqualTo(1);

            this.objects.finish(0);

            assertThat(first.join()).containsExactly(PAYLOAD);
            assertThat(second.join()).containsExactly(PAYLOAD);
            assertThat(twice.join()).containsExactly(PAYLOAD, PAYLOAD);
        }

        @Test
        void aDownloadGoesOnUntilNobodyWaitsForIt() {
            StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);
            manually();
            CompletableFuture<List<Payload>> first = begin(claim);
            CompletableFuture<List<Payload>> second = begin(claim);

            first.cancel(true);
            assertThat(this.objects.transfers.get(0)).isNotDone();
            second.cancel(true);
            assertThat(this.objects.transfers.get(0)).isCancelled();

            CompletableFuture<List<Payload>> third = begin(claim);
            assertThat(transfers()).isEqualTo(2);
            this.objects.finish(1);
            assertThat(third.join()).containsExactly(PAYLOAD);
        }

        @Test
        void sharesConcurrentUploadsOfAllTargets() {
            for (StorageDriverTargetInfo target : targetsWithoutARunOfTheirOwn().toList()) {
                this.objects.transfers.clear();
                manually();
                CompletableFuture<List<StorageDriverClaim>> first = begin(target, PAYLOAD);
                CompletableFuture<List<StorageDriverClaim>> second = begin(target, PAYLOAD);
                assertThat(transfers()).isEqualTo(1);
                first.cancel(true);
                assertThat(second).isNotDone();

                this.objects.finish(0);

                assertThat(second.join()).hasSize(1);
            }
        }

        @Test
        void uploadsAtTheSameTimeFailTogether() {
            manually();
            CompletableFuture<List<StorageDriverClaim>> first = begin(RUN, PAYLOAD);
            CompletableFuture<List<StorageDriverClaim>> second = begin(RUN, PAYLOAD);

            this.objects.transfers.get(0).completeExceptionally(new IOException("disk full"));

            assertThatThrownBy(first::join).hasCauseInstanceOf(StorageDriverException.class);
            assertThatThrownBy(second::join).hasCauseInstanceOf(StorageDriverException.class);
        }

    }

}
