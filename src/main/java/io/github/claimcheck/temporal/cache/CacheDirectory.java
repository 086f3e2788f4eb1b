package io.github.claimcheck.temporal.cache;

import io.temporal.api.common.v1.Payload;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
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

    /**
     * The prefix of a system property for each lock file that this process has open.
     * Closing any channel to a file releases the process's lock on it, so a file is never
     * opened twice, not even by another class loader's copy of this library.
     */
    private static final String OWNED = CacheDirectory.class.getName() + ".owned:";

    private static final int DIGEST_LENGTH = 64;

    private static final int BLOCK_SIZE = 4096;

    /** Bounds the memory for the index, to a few dozen megabytes. */
    private static final int MAX_FILES = 100_000;

    /**
     * A channel keeps, for each thread, a direct buffer as large as the largest buffer it
     * was given.
     */
    private static final int CHUNK_SIZE = 64 * 1024;

    private final Path directory;

    private final long maxSize;

    /** Files that are in the index no more, and count until they are deleted. */
    private final Queue<String> evicted = new ConcurrentLinkedQueue<>();

    /** The file that is being written, and not there yet. */
    private @Nullable String writing;

    private @Nullable FileChannel lock;

    private @Nullable Object lockFileKey;

    private @Nullable Path ownedLock;

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
            BasicFileAttributes attributes = attributes(this.directory.resolve(name));
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
        byte[] content = new byte[Math.toIntExact(size)];
        try (SeekableByteChannel channel = Files.newByteChannel(this.directory.resolve(name),
                Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            do {
                buffer.limit(Math.min(content.length, buffer.position() + CHUNK_SIZE));
            }
            while (buffer.hasRemaining() && channel.read(buffer) >= 0);
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
        Files.createDirectories(this.directory, ownerOnly("rwx------"));
        Path lockFile = this.directory.toRealPath().resolve("lock");
        if (System.getProperties().putIfAbsent(OWNED + lockFile, "") != null) {
            return false;
        }
        try {
            this.ownedLock = lockFile;
            openLocked(lockFile);
        }
        finally {
            if (this.index == null) {
                close();
            }
        }
        return this.index != null;
    }

    private void openLocked(Path lockFile) throws IOException {
        FileChannel channel = FileChannel.open(lockFile, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                ownerOnly("rw-------"));
        this.lock = channel;
        if (channel.tryLock() == null) {
            return;
        }
        this.lockFileKey = attributes(lockFile).fileKey();
        ScanResistantCache<String, Long> files = new ScanResistantCache<>(this.maxSize, MAX_FILES,
                (name, size) -> (size + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE, EXPIRY, System::nanoTime,
                (name, size) -> this.evicted.add(name));
        this.evicted.clear();
        for (CachedFile file : list()) {
            files.put(file.name, file.size);
        }
        deleteEvicted();
        this.index = files;
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
                    BasicFileAttributes attributes = attributes(path);
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
        Object key = null;
        try {
            key = attributes(this.directory.resolve("lock")).fileKey();
        }
        finally {
            if (!Objects.equals(key, this.lockFileKey)) {
                close();
            }
        }
        if (this.index == null) {
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
            try (SeekableByteChannel channel = create(unfinished)) {
                payload.writeTo(new ChunkedOutput(channel));
            }
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

    private static SeekableByteChannel create(Path file) throws IOException {
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        FileAttribute<?>[] ownerOnly = ownerOnly("rw-------");
        try {
            return Files.newByteChannel(file, options, ownerOnly);
        }
        catch (FileAlreadyExistsException ex) {
            Files.delete(file);
            return Files.newByteChannel(file, options, ownerOnly);
        }
    }

    private static FileAttribute<?>[] ownerOnly(String permissions) {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)) }
                : new FileAttribute<?>[0];
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
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
        try {
            if (this.lock != null) {
                this.lock.close();
            }
        }
        finally {
            this.lock = null;
            if (this.ownedLock != null) {
                System.getProperties().remove(OWNED + this.ownedLock);
                this.ownedLock = null;
            }
        }
    }

    @Override
    public String toString() {
        return this.directory.toString();
    }

    private record CachedFile(String name, long size, FileTime used) {

    }

    /** Writes in chunks. */
    private final class ChunkedOutput extends OutputStream {

        private final SeekableByteChannel channel;

        ChunkedOutput(SeekableByteChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] { (byte) b }, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            while (buffer.position() < offset + length) {
                buffer.limit(Math.min(offset + length, buffer.position() + CHUNK_SIZE));
                this.channel.write(buffer);
            }
        }

    }

}
