package io.github.claimcheck.temporal.internal;

import io.temporal.payload.storage.StorageDriverClaim;
import java.util.Locale;
import java.util.Map;

/**
 * Limits the size of references and claims, which are untrusted: whoever can start or
 * signal a workflow can write references of two megabytes. Not part of the public API.
 */
public final class ClaimBounds {

    /**
     * The maximum size of a reference, in bytes. It contains a claim as JSON, whose
     * escapes at most triple it in practice, and fields that later releases may add.
     */
    public static final int MAX_REFERENCE_SIZE = 256 * 1024;

    /** The maximum size of any claim, also of a composite driver's. */
    private static final int MAX_SIZE = 64 * 1024;

    /**
     * The maximum size of a claim on one object. The longest contain keys in Redis, which
     * does not limit them: a namespace, a workflow type and a workflow id of 1,000
     * characters each make a key of 9,000 characters, or more in some scripts.
     */
    private static final int MAX_OBJECT_SIZE = 16 * 1024;

    private static final int MAX_ENTRIES = 64;

    private static final int ENTRY_OVERHEAD = 96;

    private static final int CLAIM_OVERHEAD = 256;

    private ClaimBounds() {
    }

    /**
     * Checks a claim of any driver.
     * @param claim the claim
     * @throws IllegalArgumentException if it is too large
     */
    public static void require(StorageDriverClaim claim) {
        require(claim.getClaimData(), MAX_SIZE);
    }

    /**
     * Checks a claim on one object.
     * @param claim the claim
     * @throws IllegalArgumentException if it is too large, or contains control characters
     * or unpaired surrogates
     */
    public static void requireOfObject(StorageDriverClaim claim) {
        require(claim.getClaimData(), MAX_OBJECT_SIZE);
        claim.getClaimData().forEach((entry, value) -> {
            if (isMalformed(entry) || isMalformed(value)) {
                throw new IllegalArgumentException("the claim contains control characters or unpaired surrogates");
            }
        });
    }

    private static void require(Map<String, String> claim, int maxSize) {
        if (claim.size() > MAX_ENTRIES) {
            throw new IllegalArgumentException(String.format(Locale.ROOT,
                    "the claim has %d entries, but the maximum is %d", claim.size(), MAX_ENTRIES));
        }
        long size = 0;
        for (Map.Entry<String, String> entry : claim.entrySet()) {
            size += size(entry.getKey()) + size(entry.getValue());
        }
        if (size > maxSize) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "the claim has %d bytes, but the maximum is %d", size, maxSize));
        }
    }

    private static boolean isMalformed(String text) {
        for (int i = 0; i < text.length(); i++) {
            int character = text.codePointAt(i);
            int type = Character.getType(character);
            if (type == Character.CONTROL || type == Character.SURROGATE) {
                return true;
            }
            i += Character.charCount(character) - 1;
        }
        return false;
    }

    /**
     * Returns the approximate size of a claim on the heap.
     * @param claim the claim
     * @return the size in bytes
     */
    public static int weigh(StorageDriverClaim claim) {
        long weight = CLAIM_OVERHEAD;
        for (Map.Entry<String, String> entry : claim.getClaimData().entrySet()) {
            weight += ENTRY_OVERHEAD + size(entry.getKey()) + size(entry.getValue());
        }
        return (int) Math.min(weight, Integer.MAX_VALUE);
    }

    /**
     * Returns the approximate size of a text on the heap.
     * @param text the text
     * @return the size in bytes
     */
    public static long size(String text) {
        return text.chars().allMatch((character) -> character < 128) ? text.length() : 2L * text.length();
    }

}
