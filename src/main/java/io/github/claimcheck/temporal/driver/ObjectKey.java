package io.github.claimcheck.temporal.driver;

import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The object key that the S3 drivers of the Temporal SDKs share: what the payload belongs to, then the digest of its
 * content.
 *
 * <pre>
 * v0/ns/{namespace}/wt/{workflow-type}/wi/{workflow-id}/ri/{run-id}/d/sha256/{hex-digest}
 * v0/ns/{namespace}/at/{activity-type}/ai/{activity-id}/ri/{run-id}/d/sha256/{hex-digest}
 * v0/d/sha256/{hex-digest}
 * </pre>
 *
 * A key that would be too long for the store names the namespace alone, as the Python driver's does:
 *
 * <pre>
 * v0/ns/{namespace}/d/sha256/{hex-digest}
 * </pre>
 *
 * Every byte of a segment's UTF-8 form that is not one of S3's safe characters is percent-encoded with upper-case
 * digits; a missing or empty segment is {@code null}. The layout is that of the official drivers, see
 * {@code objectKey} in <a href="https://github.com/temporalio/sdk-go/blob/main/contrib/aws/s3driver/driver.go">the Go
 * driver</a>.
 *
 * @param value the key, all ASCII, without a leading slash
 * @param ofRun whether the key names the one run of a workflow or of a standalone activity whose history the payload
 *        goes to, so that no object under it is older than that run
 */
public record ObjectKey(String value, boolean ofRun) {

    /** The longest key that S3 takes, in bytes. */
    public static final int MAX_LENGTH = 1024;

    private static final String SAFE_PUNCTUATION = "!-_.*'()";

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    /**
     * @param target what the payload belongs to; null if that is not known
     * @param hexDigest the lower-case hexadecimal SHA-256 of the serialized payload
     * @param maxLength the longest key that the store takes, in bytes; above it the short form is taken, which a very
     *        long namespace can make longer still
     * @return the key
     */
    public static ObjectKey of(@Nullable StorageDriverTargetInfo target, String hexDigest, int maxLength) {
        String digest = "/d/sha256/" + hexDigest;
        StringBuilder key = new StringBuilder("v0");
        int namespaceEnd = 0;
        if (target instanceof StorageDriverWorkflowInfo workflow) {
            namespaceEnd = append(key, "/ns/", workflow.getNamespace());
            append(key, "/wt/", workflow.getType());
            append(key, "/wi/", workflow.getId());
            append(key, "/ri/", workflow.getRunId());
        }
        else if (target instanceof StorageDriverActivityInfo activity) {
            namespaceEnd = append(key, "/ns/", activity.getNamespace());
            append(key, "/at/", activity.getType());
            append(key, "/ai/", activity.getId());
            append(key, "/ri/", activity.getRunId());
        }
        boolean tooLong = namespaceEnd > 0 && key.length() + digest.length() > maxLength;
        if (tooLong) {
            key.setLength(namespaceEnd);
        }
        return new ObjectKey(key.append(digest).toString(), !tooLong && runId(target) != null);
    }

    /**
     * Returns the run whose own history a payload goes to. A target with a run but no type is not it: what a child
     * returns, for instance, has its parent's run as the target, which may be over long before the child is.
     *
     * @param target what the payload belongs to; null if that is not known
     * @return the run's id; null if there is no such run, or none yet
     */
    public static @Nullable String runId(@Nullable StorageDriverTargetInfo target) {
        if (target instanceof StorageDriverWorkflowInfo workflow) {
            return runId(workflow.getType(), workflow.getRunId());
        }
        return (target instanceof StorageDriverActivityInfo activity)
                ? runId(activity.getType(), activity.getRunId()) : null;
    }

    private static @Nullable String runId(@Nullable String type, @Nullable String runId) {
        return (type == null || type.isEmpty() || runId == null || runId.isEmpty()) ? null : runId;
    }

    /** Returns the length of the key with the segment. */
    private static int append(StringBuilder key, String label, @Nullable String segment) {
        key.append(label);
        if (segment == null || segment.isEmpty()) {
            return key.append("null").length();
        }
        for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
            if (isSafe(b)) {
                key.append((char) b);
            }
            else {
                key.append('%').append(HEX[(b >> 4) & 0xf]).append(HEX[b & 0xf]);
            }
        }
        return key.length();
    }

    private static boolean isSafe(byte b) {
        return (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z')
                || SAFE_PUNCTUATION.indexOf(b) >= 0;
    }

}
