package io.github.claimcheck.temporal.cache;

import io.github.claimcheck.temporal.internal.BackgroundThreads;
import io.github.claimcheck.temporal.internal.Transfers;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Caches payloads on a local disk: more than fit into memory, and for longer than the
 * process runs. A worker that has lost its memory finds there what it, or an attempt that
 * timed out, has downloaded before.
 * <p>
 * A payload is never lost to the disk. If it is full, read-only or gone, or a file is
 * altered, payloads come from their store. If it does not answer within two seconds, or
 * more for a large payload, it is left alone for half a minute. The first failure in an
 * hour is logged as a warning.
 * <p>
 * One cache at a time, of all processes, writes to a directory. Others read what is
 * there, and one of them takes over once the first is closed or killed.
 * <p>
 * Does no I/O on the caller's threads. Its own end when they are idle. Thread-safe.
 */
public final class DiskCache implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(DiskCache.class);

    /** One thread does not use up what a disk can read. */
    private static final int READERS = 4;

    private static final Duration PAUSE = Duration.ofSeconds(30);

    /** How often a directory is tried that another process owns, or that failed. */
    private static final Duration OPENED_AGAIN = Duration.ofSeconds(5);

    private static final Duration OPENED_IN_TIME = Duration.ofSeconds(1);

    private static final Duration WARNED_AGAIN = Duration.ofHours(1);

    private static final int PLACE_LENGTH = 8;

    private final CacheDirectory directory;

    private final DiskThreads readers = new DiskThreads(READERS, this::warn, () -> {
    });

    /** A single thread, so that the bound is exact. */
    private final DiskThreads writer = new DiskThreads(1, this::warn, this::leave);

    private final Pause writePause = new Pause();

    private final Pause openPause = new Pause();

    private final Pause warnPause = new Pause();

    /** The last attempt to open the directory. */
    private volatile CompletableFuture<Boolean> opening = CompletableFuture.completedFuture(false);

    /** Whether it succeeded in time. */
    private volatile CompletableFuture<Boolean> opened = CompletableFuture.completedFuture(false);

    private final LongAdder hits = new LongAdder();

    private final LongAdder misses = new LongAdder();

    /**
     * Creates a cache, and begins to read which files are in its directory.
     * @param directory the directory, created if it does not exist, with permissions for
     * the owner only, as all files in it
     * @param maxSize the maximum size of the files, in bytes
     */
    public DiskCache(Path directory, long maxSize) {
        this.directory = new CacheDirectory(directory, maxSize);
        open();
    }

    /**
     * Names a payload, by the SHA-256 of its content and by where it is stored.
     * @param place identifies the driver and its store, beyond the claim
     * @param claim the claim, with the names of entries that the driver writes
     * @param hexDigest the SHA-256 in the claim, in lower-case hexadecimal
     * @return the name
     */
    public static String name(String place, StorageDriverClaim claim, String hexDigest) {
        MessageDigest sha256 = CacheDirectory.sha256();
        sha256.update(place.getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, String> entry : new TreeMap<>(claim.getClaimData()).entrySet()) {
            sha256.update(("\0" + entry.getKey() + "\0" + entry.getValue()).getBytes(StandardCharsets.UTF_8));
        }
        return hexDigest + "-" + HexFormat.of().formatHex(sha256.digest(), 0, PLACE_LENGTH);
    }

    /**
     * Returns whether a payload may be cached. Does not block.
     * @param name its {@link #name}
     * @return false if it is certainly not cached
     */
    public boolean mayContain(String name) {
        if (!this.readers.isPaused() && this.directory.mayContain(name)) {
            return true;
        }
        this.misses.increment();
        return false;
    }

    /**
     * Reads a payload.
     * @param name its {@link #name}
     * @param admission asked for memory for a number of bytes, before they are read
     * @return a future with the serialized payload, whose SHA-256 was checked, or with
     * null if it is not cached. Fails only if the admission does
     */
    public CompletableFuture<byte @Nullable []> read(String name, LongFunction<CompletableFuture<Void>> admission) {
        CompletableFuture<byte @Nullable []> content = Transfers.then(
                this.readers.run(0, -1L, () -> this.directory.size(name)),
                (size) -> (size < 0) ? CompletableFuture.completedFuture(null) : Transfers.then(admission.apply(size),
                        (admitted) -> this.readers.run(size, null, () -> read(name, size))));
        content.thenAccept((found) -> ((found != null) ? this.hits : this.misses).increment());
        return content;
    }

    private byte @Nullable [] read(String name, long size) throws IOException {
        byte[] content = this.directory.read(name, size);
        if (content != null) {
            try {
                this.directory.used(name);
            }
            catch (IOException ex) {
                // Only the order of eviction suffers.
                warn(String.valueOf(ex), ex);
            }
        }
        return content;
    }

    /**
     * Writes a payload that was stored.
     * @param name its {@link #name}
     * @param payload the payload
     * @return a future that completes once the payload is cached, or will not be
     */
    public CompletableFuture<Void> stored(String name, Payload payload) {
        return write(name, payload, true);
    }

    /**
     * Writes a payload that was retrieved and verified.
     * @param name its {@link #name}
     * @param payload the payload
     * @return a future that completes once the payload is cached, or will not be
     */
    public CompletableFuture<Void> retrieved(String name, Payload payload) {
        return write(name, payload, false);
    }

    private CompletableFuture<Void> write(String name, Payload payload, boolean isNew) {
        if (this.writer.isPaused() || this.writePause.isOn() || this.directory.contains(name)) {
            return CompletableFuture.completedFuture(null);
        }
        return Transfers.then(open(),
                (open) -> open
                        ? this.writer.run(payload.getSerializedSize(), null, () -> writeNow(name, payload, isNew))
                        : CompletableFuture.completedFuture(null));
    }

    private @Nullable Void writeNow(String name, Payload payload, boolean isNew) throws IOException {
        try {
            this.directory.write(name, payload, isNew);
            return null;
        }
        catch (IOException ex) {
            this.writePause.begin(PAUSE);
            throw ex;
        }
    }

    /**
     * Returns a future that says whether the directory can be written. A directory with
     * many files takes its time to open, for which no caller waits long.
     */
    private CompletableFuture<Boolean> open() {
        if (this.directory.isOpen()) {
            return CompletableFuture.completedFuture(true);
        }
        if (this.opening.isDone() && this.openPause.beginUnlessOn(OPENED_AGAIN)) {
            CompletableFuture<Boolean> attempt = this.writer.start(false, this::openNow);
            CompletableFuture<Boolean> inTime = attempt.copy();
            BackgroundThreads.delayed(OPENED_IN_TIME).execute(() -> inTime.complete(false));
            BackgroundThreads.delayed(OPENED_AGAIN).execute(() -> {
                if (!attempt.isDone()) {
                    warn("it takes long to read which files are in it", null);
                }
            });
            this.opening = attempt;
            this.opened = inTime;
        }
        return this.opened.copy();
    }

    private boolean openNow() throws IOException {
        boolean open = this.directory.open();
        if (!open) {
            warn("another cache uses it, so this one only reads it. Give each process a directory of its own", null);
        }
        return open;
    }

    private void leave() {
        try {
            this.directory.close();
        }
        catch (IOException ex) {
            warn(String.valueOf(ex), ex);
        }
    }

    private void warn(String problem, @Nullable Throwable failure) {
        if (this.warnPause.beginUnlessOn(WARNED_AGAIN)) {
            logger.warn(
                    "The payload cache on disk in {} is not fully used: {}. Payloads come from their store "
                            + "instead. Check the disk and its permissions, or set temporal.external-storage.cache.disk"
                            + ".max-size to 0. Further failures are logged at DEBUG for an hour.",
                    this.directory, problem);
        }
        else {
            logger.debug("The payload cache on disk in {} is not fully used: {}", this.directory, problem, failure);
        }
    }

    /**
     * Returns what the cache has done, and what it holds. A cache that only reads holds
     * nothing.
     * @return the statistics of now
     */
    public CacheStatistics getStatistics() {
        CacheStatistics files = this.directory.statistics();
        return new CacheStatistics(this.hits.sum(), this.misses.sum(), files.evictions(), files.entries(),
                files.bytes(), files.maxBytes());
    }

    /**
     * Stops writing, and leaves the directory to other processes. The files stay. Waits
     * for the disk for two seconds at most, and for no download.
     */
    @Override
    public void close() {
        this.readers.close();
        this.writer.close();
    }

    @Override
    public String toString() {
        return "DiskCache[directory=" + this.directory + "]";
    }

}
