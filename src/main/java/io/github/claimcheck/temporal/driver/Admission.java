package io.github.claimcheck.temporal.driver;

import java.util.concurrent.CompletableFuture;

/**
 * Asked by an {@link ObjectStore} for room in memory, so that many large objects at once
 * wait for each other instead of exhausting the heap.
 */
@FunctionalInterface
public interface Admission {

    /** Has room for everything. */
    Admission ALWAYS = (bytes) -> CompletableFuture.completedFuture(null);

    /**
     * Asks for room for an object. To be called as soon as its size is known, and before
     * its bytes are held in memory.
     * @param bytes the size
     * @return completes when there is room. Where it fails, the store lets go of the
     * object and fails with any exception: the transfer is begun again later. It waits no
     * longer than a connection may be left idle
     */
    CompletableFuture<Void> admit(long bytes);

}
