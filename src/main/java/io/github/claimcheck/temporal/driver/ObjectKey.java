package io.github.claimcheck.temporal.driver;

import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An object key in the layout of the official drivers: the payload's target, then the
 * digest of its content.
 *
 * <pre>
 * v0/ns/{namespace}/wt/{workflow-type}/wi/{workflow-id}/ri/{run-id}/d/sha256/{hex-digest}
 * v0/ns/{namespace}/at/{activity-type}/ai/{activity-id}/ri/{run-id}/d/sha256/{hex-digest}
 * v0/d/sha256/{hex-digest}
 * </pre>
 *
 * A key that is too long for the store names only the namespace, as the Python driver's
 * does:
 *
 * <pre>
 * v0/ns/{namespace}/d/sha256/{hex-digest}
 * </pre>
 *
 * Characters of a segment that are not safe in the store are percent-encoded, each byte
 * of their UTF-8 form with upper-case digits. A missing or empty segment is {@code null}.
 * For the official layout, see {@code objectKey} in <a href=
 * "https://github.com/temporalio/sdk-go/blob/main/contrib/aws/s3driver/driver.go">the Go
 * driver</a>.
 *
 * @param value the key, without a leading slash
 * @param runScoped whether the key names the workflow or standalone activity run whose
 * history holds the payload, so that no object under the key is older than that run
 */
public record ObjectKey(String value, boolean runScoped) {

    /** The maximum length of a key in S3 and Google Cloud Storage, in bytes. */
    public static final int MAX_LENGTH = 1024;

    private static final String SAFE_PUNCTUATION = "!-_.*'()";

    private static final Pattern WITH_TARGET = Pattern.compile("(?:^|/)v0/ns/(?<namespace>[^/]+)/(?<kind>wt|at)/"
            + "(?<type>[^/]+)/[wa]i/(?<id>[^/]+)/ri/(?<run>[^/]+)/d/sha256/[0-9a-f]{64}$");

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    /**
     * Creates a key of characters that are safe in S3.
     * @param target the payload's target; null if unknown
     * @param hexDigest the lower-case hexadecimal SHA-256 of the serialized payload
     * @param maxLength the maximum length of a key in the store, in bytes; a longer key
     * takes the short form, which a very long namespace can still make too long
     * @return the key
     */
    public static ObjectKey of(@Nullable StorageDriverTargetInfo target, String hexDigest, int maxLength) {
        return of(target, hexDigest, maxLength, (segment) -> percentEncoded(segment, ObjectKey::isSafe));
    }

    /**
     * Creates a key with a store's own encoding.
     * @param target the payload's target; null if unknown
     * @param hexDigest the lower-case hexadecimal SHA-256 of the serialized payload
     * @param maxLength the maximum length of a key in the store, in bytes; a longer key
     * takes the short form, which a very long namespace can still make too long
     * @param encoder encodes a segment for the store, without slashes, and unlike any
     * other segment
     * @return the key
     */
    public static ObjectKey of(@Nullable StorageDriverTargetInfo target, String hexDigest, int maxLength,
            UnaryOperator<String> encoder) {
        String digest = "/d/sha256/" + hexDigest;
        StringBuilder key = new StringBuilder("v0");
        int namespaceEnd = 0;
        if (target instanceof StorageDriverWorkflowInfo workflow) {
            namespaceEnd = append(key, encoder, "/ns/", workflow.getNamespace());
            append(key, encoder, "/wt/", workflow.getType());
            append(key, encoder, "/wi/", workflow.getId());
            append(key, encoder, "/ri/", workflow.getRunId());
        }
        else if (target instanceof StorageDriverActivityInfo activity) {
            namespaceEnd = append(key, encoder, "/ns/", activity.getNamespace());
            append(key, encoder, "/at/", activity.getType());
            append(key, encoder, "/ai/", activity.getId());
            append(key, encoder, "/ri/", activity.getRunId());
        }
        boolean tooLong = namespaceEnd > 0 && length(key + digest) > maxLength;
        if (tooLong) {
            key.setLength(namespaceEnd);
        }
        return new ObjectKey(key.append(digest).toString(), !tooLong && runId(target) != null);
    }

    /**
     * Returns the run whose own history holds a payload. A target with a run but without
     * a type does not name that run: a child's result, for instance, has its parent's run
     * as the target, and that run may have closed long before.
     * @param target the payload's target; null if unknown
     * @return the run id; null if there is no such run, or none yet
     */
    public static @Nullable String runId(@Nullable StorageDriverTargetInfo target) {
        if (target instanceof StorageDriverWorkflowInfo workflow) {
            return runId(workflow.getType(), workflow.getRunId());
        }
        return (target instanceof StorageDriverActivityInfo activity) ? runId(activity.getType(), activity.getRunId())
                : null;
    }

    private static @Nullable String runId(@Nullable String type, @Nullable String runId) {
        return (type == null || type.isEmpty() || runId == null || runId.isEmpty()) ? null : runId;
    }

    /**
     * Returns the target that a key names. A key in a claim is untrusted input: use the
     * target for display only.
     * @param key an untrusted key; may be null
     * @return the target; null if the key does not name one
     */
    public static @Nullable StorageDriverTargetInfo targetOf(@Nullable String key) {
        Matcher matcher = (key != null && key.length() <= 2 * MAX_LENGTH) ? WITH_TARGET.matcher(key) : null;
        if (matcher == null || !matcher.find()) {
            return null;
        }
        try {
            String namespace = decoded(matcher.group("namespace"));
            String type = known(matcher.group("type"));
            String id = decoded(matcher.group("id"));
            String runId = known(matcher.group("run"));
            return matcher.group("kind").equals("wt") ? new StorageDriverWorkflowInfo(namespace, id, runId, type)
                    : new StorageDriverActivityInfo(namespace, id, runId, type);
        }
        catch (IllegalArgumentException ex) {
            // Not a valid percent-encoding.
            return null;
        }
    }

    private static @Nullable String known(String segment) {
        return segment.equals("null") ? null : decoded(segment);
    }

    private static String decoded(String segment) {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Appends a segment and returns the length of the key, in characters. */
    private static int append(StringBuilder key, UnaryOperator<String> encoder, String label,
            @Nullable String segment) {
        key.append(label).append((segment == null || segment.isEmpty()) ? "null" : encoder.apply(segment));
        return key.length();
    }

    /**
     * Percent-encodes a segment of a key.
     * @param segment the segment
     * @param safe whether to keep a character, given as a code point
     * @return the segment with all other characters percent-encoded
     */
    public static String percentEncoded(String segment, IntPredicate safe) {
        StringBuilder encoded = new StringBuilder();
        segment.codePoints().forEach((character) -> {
            if (safe.test(character)) {
                encoded.appendCodePoint(character);
                return;
            }
            for (byte b : Character.toString(character).getBytes(StandardCharsets.UTF_8)) {
                encoded.append('%').append(HEX[(b >> 4) & 0xf]).append(HEX[b & 0xf]);
            }
        });
        return encoded.toString();
    }

    /**
     * Returns the length of a key as stores count it.
     * @param key a key
     * @return its length in UTF-8, in bytes
     */
    public static int length(String key) {
        return key.getBytes(StandardCharsets.UTF_8).length;
    }

    private static boolean isSafe(int character) {
        return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z')
                || (character >= 'a' && character <= 'z') || SAFE_PUNCTUATION.indexOf(character) >= 0;
    }

}
