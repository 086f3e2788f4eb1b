package io.github.claimcheck.temporal.driver;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;

/** The SHA-256 of a serialized payload, and its entries in claims. */
final class PayloadHash {

    static final String ALGORITHM = "hash_algorithm";

    static final String VALUE = "hash_value";

    static final String SHA256 = "sha256";

    private static final Map<String, String> BY_FIRST_NAMES_IN_TYPESCRIPT = Map.of("hashAlgorithm", ALGORITHM,
            "hashValue", VALUE);

    private PayloadHash() {
    }

    /** Returns the digest of the serialized payload, without a copy of it. */
    static byte[] of(Payload payload) {
        MessageDigest sha256 = sha256();
        try {
            payload.writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
        }
        catch (IOException ex) {
            throw new UncheckedIOException("A stream that goes nowhere takes everything", ex);
        }
        return sha256.digest();
    }

    /** Returns the digest of what is to be a serialized payload. */
    static byte[] of(byte[] content) {
        return sha256().digest(content);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        }
        catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("Every Java platform has SHA-256", ex);
        }
    }

    /**
     * Returns the same claim, with the entries of the hash under the names that this
     * driver writes: an object has one claim, whoever wrote it. Where a claim has both
     * names, the one that this driver writes counts, as it does in the TypeScript driver.
     * What the other one says is dropped, whether it is the same or not.
     */
    static StorageDriverClaim normalized(StorageDriverClaim claim) {
        Map<String, String> entries = new HashMap<>(claim.getClaimData());
        BY_FIRST_NAMES_IN_TYPESCRIPT.forEach((first, name) -> {
            String value = entries.remove(first);
            if (value != null) {
                entries.putIfAbsent(name, value);
            }
        });
        return new StorageDriverClaim(entries);
    }

}
