package io.github.claimcheck.temporal.cache;

import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Reads and writes files that are for their owner only, and follows no links. */
final class CacheFiles {

    /**
     * A channel keeps, for each thread, a direct buffer as large as the largest buffer it
     * was given.
     */
    private static final int CHUNK_SIZE = 64 * 1024;

    private CacheFiles() {
    }

    static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns permissions for a new file; none where the file system has none. */
    static FileAttribute<?>[] ownerOnly(String permissions) {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)) }
                : new FileAttribute<?>[0];
    }

    /** Reads the beginning of a file; zeros where the file is shorter. */
    static byte[] read(Path file, long size) throws IOException {
        byte[] content = new byte[Math.toIntExact(size)];
        try (SeekableByteChannel channel = Files.newByteChannel(file,
                Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            do {
                buffer.limit(Math.min(content.length, buffer.position() + CHUNK_SIZE));
            }
            while (buffer.hasRemaining() && channel.read(buffer) >= 0);
        }
        return content;
    }

    /** Writes a message to a new file, in place of what an earlier process left there. */
    static void write(Path file, MessageLite message) throws IOException {
        try (SeekableByteChannel channel = create(file)) {
            message.writeTo(new ChunkedOutput(channel));
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

    /** Writes in chunks. */
    private static final class ChunkedOutput extends OutputStream {

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
