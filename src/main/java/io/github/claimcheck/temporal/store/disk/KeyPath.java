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
 * Turns an {@link ObjectKey} into a relative path. The segments stay as they are, save
 * for those that are no good file names everywhere: {@code .} and {@code ..}, those with
 * a {@code *}, and those that are too long, which end in their digest instead.
 */
final class KeyPath {

    private static final String SEGMENT = "[0-9A-Za-z!\\-_.*'()%]+";

    private static final Pattern KEY = Pattern
        .compile("v0/(?:ns/S/(?:(?:wt/S/wi|at/S/ai)/S/ri/S/)?)?d/sha256/[0-9a-f]{64}".replace("S", SEGMENT));

    /** Common file systems take 255. */
    private static final int LONGEST_NAME = 200;

    private static final int DIGEST_LENGTH = 64;

    private KeyPath() {
    }

    /**
     * @param key from a claim, unchecked
     * @return a path that does not leave the directory it is resolved against
     * @throws IllegalArgumentException if the key is not one that {@link ObjectKey} makes
     */
    static Path of(@Nullable String key) {
        if (key == null || !KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("the claim's key is not one that this driver writes");
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
        // A tilde is never part of an encoded segment, so that no other segment has this
        // name.
        return name.substring(0, LONGEST_NAME - DIGEST_LENGTH - 1) + "~" + sha256(segment);
    }

    private static String sha256(String segment) {
        try {
            return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(segment.getBytes(StandardCharsets.US_ASCII)));
        }
        catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("Every Java platform has SHA-256", ex);
        }
    }

}
