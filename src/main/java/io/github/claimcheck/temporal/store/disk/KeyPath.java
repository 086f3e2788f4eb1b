package io.github.claimcheck.temporal.store.disk;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Converts an {@link ObjectKey} to a relative path. Segments that are not portable file
 * names are changed: {@code .}, {@code ..} and {@code *} are encoded, and long segments
 * are shortened to end in their digest.
 */
final class KeyPath {

    private static final String SEGMENT = "[0-9A-Za-z!\\-_.*'()%]+";

    private static final Pattern KEY = Pattern
        .compile("v0/(?:ns/S/(?:(?:wt/S/wi|at/S/ai)/S/ri/S/)?)?d/sha256/[0-9a-f]{64}".replace("S", SEGMENT));

    /** The maximum length of a file name. Common file systems allow 255. */
    private static final int LONGEST_NAME = 200;

    private static final int DIGEST_LENGTH = 64;

    private KeyPath() {
    }

    /**
     * Converts a key to a path.
     * @param key an untrusted key from a claim; may be null
     * @return a path that stays inside the directory it is resolved against
     * @throws IllegalArgumentException if the key does not have the form of an
     * {@link ObjectKey}
     */
    static Path of(@Nullable String key) {
        if (key == null || !KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("the claim's key is not a key of this driver");
        }
        return Path.of(Arrays.stream(key.split("/")).map(KeyPath::fileName).collect(Collectors.joining("/")));
    }

    private static String fileName(String segment) {
        String name = segment.replace("*", "%2A");
        if (name.equals(".") || name.equals("..")) {
            return name.replace(".", "%2E");
        }
        if (name.length() <= LONGEST_NAME) {
            return name;
        }
        // An encoded segment never contains a tilde, so the name is unique.
        return name.substring(0, LONGEST_NAME - DIGEST_LENGTH - 1) + "~" + sha256(segment);
    }

    private static String sha256(String segment) {
        try {
            return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(segment.getBytes(StandardCharsets.US_ASCII)));
        }
        catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("SHA-256 is available on every Java platform", ex);
        }
    }

}
