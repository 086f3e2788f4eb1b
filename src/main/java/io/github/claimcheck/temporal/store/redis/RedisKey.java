package io.github.claimcheck.temporal.store.redis;

import io.github.claimcheck.temporal.driver.ObjectKey;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A payload's key in Redis, in the layout of the Redis driver in the Temporal Python
 * SDK's samples: a prefix, the payload's target, then the digest of its content.
 *
 * <pre>
 * {prefix}:v0:ns:{namespace}:wt:{workflow-type}:wi:{workflow-id}:ri:{run-id}:d:sha256:{hex-digest}
 * {prefix}:v0:ns:{namespace}:at:{activity-type}:ai:{activity-id}:ri:{run-id}:d:sha256:{hex-digest}
 * {prefix}:v0:d:sha256:{hex-digest}
 * </pre>
 *
 * Every byte of a segment's UTF-8 form that is not a letter, a digit or one of
 * {@code _ . - ~} is percent-encoded with upper-case digits. A missing or empty segment
 * is {@code null}; an empty namespace is omitted with its label.
 *
 * @param value the key
 * @param runScoped see {@link ObjectKey#runScoped()}
 */
record RedisKey(String value, boolean runScoped) {

    /**
     * Creates a key.
     * @param prefix the prefix, which a colon follows unless it is empty
     * @param target the payload's target; null if unknown
     * @param hexDigest the lower-case hexadecimal SHA-256 of the serialized payload
     */
    static RedisKey of(String prefix, @Nullable StorageDriverTargetInfo target, String hexDigest) {
        StringBuilder key = new StringBuilder(prefix).append(prefix.isEmpty() ? "v0" : ":v0");
        if (target instanceof StorageDriverWorkflowInfo workflow) {
            appendNamespace(key, workflow.getNamespace());
            append(key, "wt", workflow.getType());
            append(key, "wi", workflow.getId());
            append(key, "ri", workflow.getRunId());
        }
        else if (target instanceof StorageDriverActivityInfo activity) {
            appendNamespace(key, activity.getNamespace());
            append(key, "at", activity.getType());
            append(key, "ai", activity.getId());
            append(key, "ri", activity.getRunId());
        }
        return new RedisKey(key.append(":d:sha256:").append(hexDigest).toString(), ObjectKey.runId(target) != null);
    }

    private static void appendNamespace(StringBuilder key, String namespace) {
        if (!namespace.isEmpty()) {
            append(key, "ns", namespace);
        }
    }

    private static void append(StringBuilder key, String label, @Nullable String segment) {
        key.append(':').append(label).append(':');
        key.append((segment == null || segment.isEmpty()) ? "null" : encode(segment));
    }

    /** Encodes a segment: as an HTML form, but for three characters. */
    private static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8)
            .replace("+", "%20")
            .replace("*", "%2A")
            .replace("%7E", "~");
    }

}
