package io.github.claimcheck.temporal.store.disk;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.driver.ObjectKey;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.internal.BackgroundThreads;
import io.github.claimcheck.temporal.internal.Slices;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Stores objects as files in a directory. Every worker and client must see the same
 * directory, so this store is for development, tests and shared file systems.
 * <p>
 * An object is written to a temporary file in {@code .tmp}, forced to disk, and then
 * moved atomically: a reader sees the whole object or none of it, even if the writing
 * process dies. Files that a dead process has left in {@code .tmp} can be deleted.
 * <p>
 * A key in a claim can only lead to a file inside the directory: it must have the form
 * that {@link KeyPath} accepts, and links to outside the directory are rejected.
 * <p>
 * Thread-safe. I/O runs on threads of the store.
 */
final class LocalDiskObjectStore implements ObjectStore {

    /** The type and default name of drivers on this store. */
    static final String DRIVER_TYPE = "local-disk";

    private static final int THREADS = 4;

    private static final int CHECK_SIZE = 4096;

    private static final int CHUNK_SIZE = 1024 * 1024;

    private final Path directory;

    private final Path temporary;

    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS,
            BackgroundThreads.daemons("local-disk-storage-driver"));

    /**
     * Creates a store.
     * @param directory the directory of the objects; created if it does not exist
     * @throws IOException if the directory cannot be created or written to
     */
    LocalDiskObjectStore(Path directory) throws IOException {
        Files.createDirectories(directory);
        this.directory = directory.toRealPath();
        this.temporary = Files.createDirectories(this.directory.resolve(".tmp"));
        if (!Files.isWritable(this.temporary)) {
            throw new IOException(this.directory + " is not writable");
        }
    }

    @Override
    public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        ObjectKey key = ObjectKey.of(context.getTarget(), hexDigest, ObjectKey.MAX_LENGTH);
        return new Location(Map.of(KEY, key.value()), key.runScoped());
    }

    @Override
    public void requireOwn(Map<String, String> location, String hexDigest) {
        file(location);
        if (!ObjectStore.require(location, KEY).endsWith(hexDigest)) {
            throw new IllegalArgumentException("the claim's key is not a key of this driver for this digest");
        }
    }

    @Override
    public CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256) {
        return run(() -> write(file(location), content), new CompletableFuture<>());
    }

    private @Nullable Void write(Path file, ByteString content) throws IOException {
        // The directory may have been deleted since the start.
        Files.createDirectories(this.temporary);
        Path written = this.temporary.resolve(UUID.randomUUID().toString());
        try {
            try (FileChannel channel = FileChannel.open(written, StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE)) {
                for (ByteBuffer slice : Slices.of(content)) {
                    while (slice.hasRemaining()) {
                        channel.write(slice);
                    }
                }
                channel.force(true);
            }
            requireInside(file);
            Files.createDirectories(file.getParent());
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        }
        finally {
            Files.deleteIfExists(written);
        }
        return null;
    }

    @Override
    public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
        CompletableFuture<byte[]> content = new CompletableFuture<>();
        // Does not occupy a thread while waiting: other transfers need it to finish.
        CompletableFuture<Long> admitted = run(() -> size(file(location)), new CompletableFuture<Long>())
            .thenCompose((size) -> admission.admit(size).thenApply((room) -> size));
        admitted.whenComplete((size, failure) -> {
            if (failure == null) {
                run(() -> read(file(location), Math.toIntExact(size)), content);
            }
            else {
                content.completeExceptionally(failure);
            }
        });
        return content;
    }

    /**
     * Limits a buffer to one chunk. A channel keeps, for each thread, a direct buffer as
     * large as the largest buffer it was given.
     */
    private static ByteBuffer chunk(ByteBuffer buffer) {
        return buffer.limit(Math.min(buffer.capacity(), buffer.position() + CHUNK_SIZE));
    }

    private long size(Path file) throws IOException {
        try {
            requireInside(file);
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).size();
        }
        catch (NoSuchFileException ex) {
            throw notFound(ex);
        }
    }

    private byte[] read(Path file, int size) throws IOException {
        try {
            requireInside(file);
            try (SeekableByteChannel channel = Files.newByteChannel(file,
                    Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
                if (channel.size() != size) {
                    throw new IOException(file + " was changed while it was read");
                }
                ByteBuffer content = ByteBuffer.allocate(size);
                while (content.hasRemaining()) {
                    if (channel.read(chunk(content)) < 0) {
                        throw new EOFException(file + " was truncated while it was read");
                    }
                    content.limit(content.capacity());
                }
                return content.array();
            }
        }
        catch (NoSuchFileException ex) {
            throw notFound(ex);
        }
    }

    private static ObjectNotFoundException notFound(NoSuchFileException ex) {
        return new ObjectNotFoundException("the file does not exist", ex);
    }

    private Path file(Map<String, String> location) {
        return this.directory.resolve(KeyPath.of(location.get(KEY)));
    }

    private void requireInside(Path file) throws IOException {
        Path existing = file.getParent();
        while (existing != null && Files.notExists(existing) && !existing.equals(this.directory)) {
            existing = existing.getParent();
        }
        if (existing == null) {
            throw new IOException(this.directory + " does not exist");
        }
        if (!existing.toRealPath().startsWith(this.directory)) {
            throw new IOException(existing + " links outside the driver's directory");
        }
    }

    /**
     * Runs a transfer on a thread of the store. Cancelling the result interrupts the I/O.
     */
    private <T> CompletableFuture<T> run(Callable<T> transfer, CompletableFuture<T> result) {
        try {
            Future<?> task = this.executor.submit(() -> {
                try {
                    result.complete(transfer.call());
                }
                catch (Throwable ex) {
                    result.completeExceptionally(ex);
                }
            });
            result.whenComplete((done, failure) -> {
                if (result.isCancelled()) {
                    task.cancel(true);
                }
            });
        }
        catch (RejectedExecutionException ex) {
            result.completeExceptionally(new IllegalStateException("the driver is closed", ex));
        }
        return result;
    }

    @Override
    public String describe(Map<String, String> location) {
        return "directory=" + this.directory + ", key=" + location.get(KEY);
    }

    @Override
    public Map<String, String> place() {
        return Map.of("directory", this.directory.toString());
    }

    /**
     * Writes and deletes a file, since permissions do not tell of a full or lost disk.
     * Blocks: on the store's own threads, it would wait for transfers.
     */
    @Override
    public CompletableFuture<Map<String, Object>> check(Map<String, String> nowhere) {
        try {
            if (Files.notExists(this.directory)) {
                throw new NoSuchFileException(this.directory.toString());
            }
            boolean writable = checkWritable();
            FileStore disk = Files.getFileStore(this.directory);
            return CompletableFuture.completedFuture(
                    Map.of("free", disk.getUsableSpace(), "total", disk.getTotalSpace(), "writable", writable));
        }
        catch (IOException ex) {
            return CompletableFuture.failedFuture(ex);
        }
    }

    /** Returns whether files can be written; if not, they can still be read. */
    private boolean checkWritable() throws IOException {
        try {
            // An empty file can be created on a full disk.
            Path written = Files.createTempFile(Files.createDirectories(this.temporary), "check", "");
            try {
                Files.write(written, new byte[CHECK_SIZE]);
            }
            finally {
                Files.deleteIfExists(written);
            }
            return true;
        }
        catch (IOException ex) {
            boolean denied = ex instanceof AccessDeniedException || isReadOnly(ex);
            // Needed to reach a file in a directory.
            if (denied && Files.isExecutable(this.directory)) {
                return false;
            }
            throw ex;
        }
    }

    private static boolean isReadOnly(Throwable failure) {
        return String.valueOf(failure.getMessage()).contains("Read-only file system");
    }

    @Override
    public CompletableFuture<Expiry> readExpiry(String namespace) {
        return CompletableFuture.completedFuture(Expiry.never("Nothing deletes the driver's files"));
    }

    @Override
    public Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof AccessDeniedException) {
            return new Diagnosis(Kind.DENIED,
                    "Allow the process to create, read and replace files in the driver's directory");
        }
        if (failure instanceof NoSuchFileException) {
            return new Diagnosis(Kind.NO_BUCKET,
                    "Restore or mount the driver's directory, or correct its directory property");
        }
        if (isReadOnly(failure)) {
            return new Diagnosis(Kind.DENIED, "Mount the file system of the driver's directory so that it is writable");
        }
        if (message.contains("No space left") || message.contains("quota exceeded")) {
            return new Diagnosis(Kind.THROTTLED,
                    "The disk is full or its quota is used up. Enlarge it, or delete what " + "is no longer needed");
        }
        return Diagnosis.UNKNOWN;
    }

    /**
     * Stops the threads once their current tasks end. Transfers that need another task
     * fail.
     */
    @Override
    public void close() {
        this.executor.shutdown();
    }

}
