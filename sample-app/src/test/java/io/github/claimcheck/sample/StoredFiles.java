package io.github.claimcheck.sample;

import io.github.claimcheck.sample.history.PayloadRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/** Looks at what a storage driver has stored on this machine. */
final class StoredFiles {

    private StoredFiles() {
    }

    /** The file below a directory whose content has the digest that ends the key. */
    static Path find(Path directory, PayloadRow row) {
        String digest = row.key().substring(row.key().lastIndexOf('/') + 1);
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                .filter(file -> sha256(file).equals(digest))
                .findFirst()
                .orElseThrow(() -> new AssertionError("Nothing stored for " + row));
        }
        catch (IOException ex) {
            throw new AssertionError(ex);
        }
    }

    static String sha256(Path file) {
        try {
            return sha256(Files.readAllBytes(file));
        }
        catch (IOException ex) {
            throw new AssertionError(ex);
        }
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        }
        catch (NoSuchAlgorithmException ex) {
            throw new AssertionError(ex);
        }
    }

}
