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

/** Computes the SHA-256 of serialized payloads, and reads it from claims. */
final class PayloadHash {

    static final String ALGORITHM = "hash_algorithm";

    static final String VALUE = "hash_value";

    static final String SHA256 = "sha256";

    private static final Map<String, String> EARLY_TYPESCRIPT_NAMES = Map.of("hashAlgorithm", ALGORITHM, "hashValue",
            VALUE);

    private PayloadHash() {
    }

    /** Returns the digest of a payload without serializing it to memory. */
    static byte[] of(Payload payload) {
        MessageDigest sha256 = sha256();
        try {
            payload.writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
        }
        catch (IOException ex) {
            throw new UncheckedIOException("A null output stream accepts all bytes", ex);
        }
        return sha256.digest();
    }

    /** Returns the digest of bytes that should be a serialized payload. */
    static byte[] of(byte[] content) {
        return sha256().digest(content);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        }
        catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("SHA-256 is available on every Java platform", ex);
        }
    }

    /**
     * Returns a claim with its hash under the names that this driver writes, so that an
     * object has one claim, whichever SDK wrote it. If a claim has both names, the value
     * under this driver's name wins, as in the TypeScript driver, and the other is
     * dropped, even if it differs.
     */
    static StorageDriverClaim normalized(StorageDriverClaim claim) {
        Map<String, String> entries = new HashMap<>(claim.getClaimData());
        EARLY_TYPESCRIPT_NAMES.forEach((earlyName, name) -> {
            String value = entries.remove(earlyName);
            if (value != null) {
                entries.putIfAbsent(name, value);
            }
        });
        return new StorageDriverClaim(entries);
    }

}
