package io.github.claimcheck.temporal.audit;

import io.github.claimcheck.temporal.driver.AuditedObject.State;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the objects of references in their order, a few at the same time. Ends with
 * the bound of the audit, or when the store has stopped answering: what has no answer by
 * then is for the next audit. Not thread-safe.
 */
final class AuditWindow {

    /** The objects that one audit asks for at the same time. */
    private static final int CONCURRENT = 8;

    /** How long an object may take. */
    private static final long OBJECT_TIMEOUT_MILLIS = 10_000;

    private final ReferenceAuditor auditor;

    private final int from;

    private final AuditBound bound;

    private final Consumer<AuditedReference> audited;

    private final Deque<Asked> asked = new ArrayDeque<>();

    private int seen;

    private int answered;

    private int unansweredInARow;

    private boolean over;

    AuditWindow(ReferenceAuditor auditor, int from, AuditBound bound, Consumer<AuditedReference> audited) {
        this.auditor = auditor;
        this.from = from;
        this.bound = bound;
        this.audited = audited;
    }

    void add(FoundReference reference) {
        int number = this.seen++;
        if (number < this.from || this.over) {
            return;
        }
        if (!this.bound.allows(this.answered + this.asked.size())) {
            finish();
            this.over = true;
            return;
        }
        this.asked.add(new Asked(reference, this.auditor.audit(reference), System.nanoTime()));
        if (this.asked.size() == CONCURRENT) {
            awaitFirst();
        }
    }

    /** Waits for what was asked for. */
    void finish() {
        while (!this.asked.isEmpty() && !this.over) {
            awaitFirst();
        }
    }

    private void awaitFirst() {
        Asked first = this.asked.element();
        AuditedReference reference = await(first);
        if (reference == null) {
            this.over = true;
            return;
        }
        this.asked.remove();
        this.answered++;
        this.audited.accept(reference);
        if (this.unansweredInARow == CONCURRENT) {
            this.over = true;
        }
    }

    /** Returns the answer, or that there was none; null if the audit's time is over. */
    private @Nullable AuditedReference await(Asked first) {
        long waited = (System.nanoTime() - first.since()) / 1_000_000;
        long timeout = Math.max(0, OBJECT_TIMEOUT_MILLIS - waited);
        long remaining = this.bound.remainingMillis();
        try {
            AuditedReference reference = first.answer().get(Math.min(timeout, remaining), TimeUnit.MILLISECONDS);
            this.unansweredInARow = 0;
            return reference;
        }
        catch (TimeoutException ex) {
            if (remaining < timeout) {
                return null;
            }
            first.answer().cancel(true);
            return unanswered(first.reference());
        }
        catch (CancellationException ex) {
            // With another reference to the same object.
            return unanswered(first.reference());
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The audit was interrupted", ex);
        }
        catch (ExecutionException ex) {
            if (ex.getCause() instanceof CancellationException) {
                return unanswered(first.reference());
            }
            throw new IllegalStateException("An audit of an object does not fail", ex.getCause());
        }
    }

    private AuditedReference unanswered(FoundReference reference) {
        this.unansweredInARow++;
        return this.auditor.unanswered(reference, State.UNREACHABLE, "The store has not answered for "
                + OBJECT_TIMEOUT_MILLIS / 1000 + " s. Check that it is reachable, and audit again");
    }

    /** Ends what has no answer. */
    void cancel() {
        this.asked.forEach((each) -> each.answer().cancel(true));
        this.asked.clear();
    }

    /** Returns whether there are references that have no answer. */
    boolean isOver() {
        return this.over;
    }

    /** Returns the number of the first reference without an answer. */
    int next() {
        return this.from + this.answered;
    }

    /**
     * A reference whose object was asked for.
     *
     * @param reference the reference
     * @param answer the answer
     * @param since the time when it was asked for
     */
    private record Asked(FoundReference reference, CompletableFuture<AuditedReference> answer, long since) {

    }

}
