package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.internal.InternalApi;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the keys of a namespace begin, to tell which of a bucket's rules can apply to its
 * objects. Immutable.
 *
 * @param beginnings the beginnings of all keys
 */
@InternalApi
public record KeySpace(List<String> beginnings) {

    private static final int DIGEST_LENGTH = 64;

    /**
     * Returns the keys of a namespace, and those of payloads without a target, which may
     * belong to any namespace.
     * @param keyPrefix the prefix of every key; may be empty
     * @param namespace the namespace
     * @param keys creates the key of a target, as the store does
     * @return the keys
     */
    public static KeySpace of(String keyPrefix, String namespace,
            Function<@Nullable StorageDriverTargetInfo, ObjectKey> keys) {
        String key = keys.apply(new StorageDriverWorkflowInfo(namespace, "", "", "")).value();
        // An encoded namespace has no slash.
        String ofNamespace = key.substring(0, key.indexOf("/wt/") + 1);
        return new KeySpace(Stream.of(ofNamespace, keys.apply(null).value()).map(keyPrefix::concat).toList());
    }

    /**
     * Returns whether a key can begin with a rule's prefix.
     * @param prefix the prefix
     * @return whether any key can
     */
    public boolean canBeginWith(String prefix) {
        return this.beginnings.stream()
            .anyMatch((beginning) -> beginning.startsWith(prefix) || prefix.startsWith(beginning));
    }

    /**
     * Returns whether a key, which ends with a digest, can end with a rule's suffix.
     * @param suffix the suffix
     * @return whether any key can
     */
    public boolean canEndWith(String suffix) {
        return suffix.substring(Math.max(0, suffix.length() - DIGEST_LENGTH))
            .chars()
            .allMatch((character) -> Character.digit(character, 16) >= 0 && !Character.isUpperCase(character));
    }

}
