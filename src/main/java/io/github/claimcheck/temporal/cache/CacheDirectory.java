package io.github.claimcheck.temporal.cache;

import io.temporal.api.common.v1.Payload;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of a cache on disk. One process owns the directory, by a lock on a file in
 * it: it alone writes and deletes. Others read.
 * <p>
 * A file's name begins with the SHA-256 of its content, which is checked when it is read.
 * A file gets that name once it is complete. So what a kill, a lost disk or another
 * process leaves behind is at worst not found, and nothing need be flushed.
 * <p>
 * The files never exceed the maximum size, each rounded up to whole blocks: before a file
 * is written, those that it replaces are deleted, and what cannot be deleted still
 * counts.
 * <p>
 * Blocks. Reading is thread-safe; {@link #open}, {@link #write} and {@link #close} are
 * for one thread.
 */
final class CacheDirectory implements Closeable {

    /** After this time, an unused file is deleted when the directory is next used. */
    static final Duration EXPIRY = Duration.ofDays(1);

    private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}-[0-9a-f]{16}");

    private static final String UNFINISHED = ".tmp";

    private static final int DIGEST_LENGTH = 64;

    private static final int BLOCK_SIZE = 4096;

    /** Bounds the memory for the index, to a few dozen megabytes. */
    private static final int MAX_FILES = 100_000;

    private final Path directory;

    private final long maxSize;

    /** Files that are in the index no more, and count until they are deleted. */
    private final Queue<String> evicted = new ConcurrentLinkedQueue<>();

    /** The file that is being written, and not there yet. */
    private @Nullable String writing;

    private @Nullable DirectoryLock lock;

    /** The files; null unless this process owns the directory. */
    private volatile @Nullable ScanResistantCache<String, Long> index;

    /**
     * Creates an instance that owns nothing yet.
     * @param directory the directory
     * @param maxSize the maximum size of all files, in bytes
     */
    CacheDirectory(Path directory, long maxSize) {
        this.directory = directory.toAbsolutePath();
        this.maxSize = maxSize;
    }

    /** Returns whether there may be a file. Does not block. */
    boolean mayContain(String name) {
        ScanResistantCache<String, Long> files = this.index;
        return files == null || files.contains(name);
    }

    /** Returns whether there is a file for certain. Does not block. */
    boolean contains(String name) {
        ScanResistantCache<String, Long> files = this.index;
        return files != null && files.contains(name);
    }

    /**
     * Returns the size of a file.
     * @return the size, in bytes; -1 if there is no such file
     * @throws IOException if the file was altered, or its size cannot be read
     */
    long size(String name) throws IOException {
        try {
            BasicFileAttributes attributes = CacheFiles.attributes(this.directory.resolve(name));
            ScanResistantCache<String, Long> files = this.index;
            Long expected = (files != null) ? files.peek(name) : null;
            if (!attributes.isRegularFile() || (expected != null && expected != attributes.size())) {
                throw altered(name);
            }
            return attributes.size();
        }
        catch (NoSuchFileException ex) {
            forget(name);
            return -1;
        }
    }

    /**
     * Reads a file.
     * @param size its size
     * @return its content; null if there is no such file
     * @throws IOException if the file was altered, or cannot be read
     */
    byte @Nullable [] read(String name, long size) throws IOException {
        byte[] content;
        try {
            content = CacheFiles.read(this.directory.resolve(name), size);
        }
        catch (NoSuchFileException ex) {
            forget(name);
            return null;
        }
        if (!HexFormat.of().formatHex(sha256().digest(content)).equals(name.substring(0, DIGEST_LENGTH))) {
            throw altered(name);
        }
        return content;
    }

    private IOException altered(String name) {
        forget(name);
        return new IOException(this.directory.resolve(name) + " was altered, and is not used");
    }

    /**
     * Records that a file was used, in its time of modification, so that the order of use
     * outlives the process.
     */
    void used(String name) throws IOException {
        ScanResistantCache<String, Long> files = this.index;
        if (files != null && files.get(name) != null) {
            try {
                Files.setLastModifiedTime(this.directory.resolve(name), FileTime.from(Instant.now()));
            }
            catch (NoSuchFileException ex) {
                // Evicted meanwhile.
                forget(name);
            }
        }
    }

    /** Removes a file from the index, and deletes it before the next one is written. */
    private synchronized void forget(String name) {
        ScanResistantCache<String, Long> files = this.index;
        // A file that is being written is counted, although it cannot be found yet.
        if (files != null && !name.equals(this.writing) && files.remove(name) != null) {
            this.evicted.add(name);
        }
    }

    private synchronized void setWriting(@Nullable String name) {
        this.writing = name;
    }

    /** Returns whether this process owns the directory. Does not block. */
    boolean isOpen() {
        return this.index != null;
    }

    /**
     * Becomes the owner of the directory, and reads which files are in it.
     * @return false if another process owns the directory, or another cache of this one
     * @throws IOException if the directory cannot be written
     */
    boolean open() throws IOException {
        if (this.index != null) {
            return true;
        }
        Files.createDirectories(this.directory, CacheFiles.ownerOnly("rwx------"));
        this.lock = DirectoryLock.tryLock(this.directory);
        if (this.lock == null) {
            return false;
        }
        try {
            this.index = readIndex();
            return true;
        }
        finally {
            if (this.index == null) {
                close();
            }
        }
    }

    private ScanResistantCache<String, Long> readIndex() throws IOException {
        ScanResistantCache<String, Long> files = new ScanResistantCache<>(this.maxSize, MAX_FILES,
                (name, size) -> (size + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE, EXPIRY, System::nanoTime,
                (name, size) -> this.evicted.add(name));
        this.evicted.clear();
        for (CachedFile file : list()) {
            files.put(file.name, file.size);
        }
        deleteEvicted();
        return files;
    }

    /**
     * Returns the files from the least recently used on, and marks for deletion what was
     * never finished, or not used for too long. Other files are left alone.
     */
    private List<CachedFile> list() throws IOException {
        Instant expired = Instant.now().minus(EXPIRY);
        List<CachedFile> files = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(this.directory)) {
            for (Path path : paths) {
                String name = path.getFileName().toString();
                boolean unfinished = name.endsWith(UNFINISHED);
                if (NAME.matcher(unfinished ? name.substring(0, name.length() - UNFINISHED.length()) : name)
                    .matches()) {
                    BasicFileAttributes attributes = CacheFiles.attributes(path);
                    if (attributes.isDirectory()) {
                        continue;
                    }
                    if (unfinished || attributes.lastModifiedTime().toInstant().isBefore(expired)) {
                        this.evicted.add(name);
                    }
                    else if (attributes.isRegularFile()) {
                        files.add(new CachedFile(name, attributes.size(), attributes.lastModifiedTime()));
                    }
                }
            }
        }
        files.sort(Comparator.comparing(CachedFile::used));
        return files;
    }

    /**
     * Writes a payload, unless it would replace what is more likely to be needed.
     * @param isNew whether the payload was stored, and not retrieved
     * @throws IOException if it cannot be written; then nothing is left of it
     */
    void write(String name, Payload payload, boolean isNew) throws IOException {
        ScanResistantCache<String, Long> files = this.index;
        if (files == null || files.contains(name)) {
            return;
        }
        requireOwned();
        long size = payload.getSerializedSize();
        setWriting(name);
        if (!(isNew ? files.put(name, size) : files.offer(name, size))) {
            setWriting(null);
            return;
        }
        boolean written = false;
        try {
            deleteEvicted();
            writeFile(name, payload);
            written = true;
        }
        finally {
            setWriting(null);
            if (!written) {
                files.remove(name);
                // What cannot be deleted can still be read.
                List.copyOf(this.evicted).forEach(this::restore);
            }
        }
    }

    private void restore(String victim) {
        ScanResistantCache<String, Long> files = this.index;
        long size = this.directory.resolve(victim).toFile().length();
        if (files != null && size > 0 && NAME.matcher(victim).matches() && this.evicted.remove(victim)) {
            files.put(victim, size);
        }
    }

    /** Gives up a directory that was deleted, unmounted or replaced. */
    private void requireOwned() throws IOException {
        boolean held = false;
        try {
            held = this.lock != null && this.lock.isHeld();
        }
        finally {
            if (!held) {
                close();
            }
        }
        if (!held) {
            throw new IOException(this.directory + " was replaced");
        }
    }

    private void deleteEvicted() throws IOException {
        for (String name = this.evicted.peek(); name != null; name = this.evicted.peek()) {
            try {
                Files.deleteIfExists(this.directory.resolve(name));
            }
            catch (DirectoryNotEmptyException ex) {
                // Someone else's.
            }
            this.evicted.remove(name);
        }
    }

    private void writeFile(String name, Payload payload) throws IOException {
        Path unfinished = this.directory.resolve(name + UNFINISHED);
        try {
            CacheFiles.write(unfinished, payload);
            Files.move(unfinished, this.directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        }
        catch (IOException | RuntimeException | Error ex) {
            // Counts until it is deleted.
            this.evicted.add(name + UNFINISHED);
            try {
                deleteEvicted();
            }
            catch (IOException deletion) {
                ex.addSuppressed(deletion);
            }
            throw ex;
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        }
        catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("SHA-256 is available on every Java platform", ex);
        }
    }

    /** Returns what the directory holds; zeros unless this process owns it. */
    CacheStatistics statistics() {
        ScanResistantCache<String, Long> files = this.index;
        return (files != null) ? files.statistics() : new CacheStatistics(0, 0, 0, 0, 0, this.maxSize);
    }

    /** Leaves the directory to other processes. The files stay. */
    @Override
    public void close() throws IOException {
        this.index = null;
        DirectoryLock held = this.lock;
        this.lock = null;
        if (held != null) {
            held.close();
        }
    }

    @Override
    public String toString() {
        return this.directory.toString();
    }

    private record CachedFile(String name, long size, FileTime used) {

    }

}
