package io.github.claimcheck.temporal.driver;

import java.util.concurrent.CompletableFuture;

/**
 * Admits downloads to memory. An {@link ObjectStore} asks it before buffering an object,
 * so that concurrent downloads of large objects wait for one another instead of
 * exhausting the heap, and an object that is too large is rejected.
 * <p>
 * Implementations are thread-safe.
 */
@FunctionalInterface
public interface Admission {

    /** Admits every object at once. */
    Admission ALWAYS = (bytes) -> CompletableFuture.completedFuture(null);

    /**
     * Requests memory for an object. To be called as soon as the object's size is known,
     * before its bytes are buffered.
     * @param bytes the object's size, in bytes
     * @return a future that completes once the object may be buffered, and fails before
     * an idle connection would time out. If it fails, the store releases the connection
     * and fails the download with any exception: either the object is too large, or the
     * caller starts the download again later
     */
    CompletableFuture<Void> admit(long bytes);

    /**
     * Returns the maximum size of an object. A store that does not learn the size in
     * advance stops reading there.
     * @return the size, in bytes; not more than the length of an array
     */
    default long maxSize() {
        return SizeLimits.MAX_ARRAY_SIZE;
    }

}
