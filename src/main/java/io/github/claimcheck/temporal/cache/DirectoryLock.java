package io.github.claimcheck.temporal.cache;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lock on a directory, held through a file in it. It ends with the process, however
 * that ends.
 */
final class DirectoryLock implements Closeable {

    private static final String FILE = "lock";

    /**
     * The prefix of a system property for each lock file that this process has open.
     * Closing any channel to a file releases the process's lock on it, so a file is never
     * opened twice, not even by another class loader's copy of this library.
     */
    private static final String OPEN = DirectoryLock.class.getName() + ".open:";

    private final Path file;

    private final FileChannel channel;

    private final @Nullable Object fileKey;

    private DirectoryLock(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.fileKey = CacheFiles.attributes(file).fileKey();
    }

    /**
     * Locks a directory.
     * @return the lock; null if another process has it, or another cache of this one
     */
    static @Nullable DirectoryLock tryLock(Path directory) throws IOException {
        Path file = directory.toRealPath().resolve(FILE);
        if (System.getProperties().putIfAbsent(OPEN + file, "") != null) {
            return null;
        }
        DirectoryLock lock = null;
        try {
            lock = lock(file);
            return lock;
        }
        finally {
            if (lock == null) {
                System.getProperties().remove(OPEN + file);
            }
        }
    }

    private static @Nullable DirectoryLock lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                CacheFiles.ownerOnly("rw-------"));
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
            return locked ? new DirectoryLock(file, channel) : null;
        }
        finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /** Returns whether the directory still is the one that was locked. */
    boolean isHeld() throws IOException {
        return this.channel.isOpen() && Objects.equals(CacheFiles.attributes(this.file).fileKey(), this.fileKey);
    }

    @Override
    public void close() throws IOException {
        try {
            this.channel.close();
        }
        finally {
            System.getProperties().remove(OPEN + this.file);
        }
    }

}
