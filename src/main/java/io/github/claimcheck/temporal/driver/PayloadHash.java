package io.github.claimcheck.temporal.driver;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.github.claimcheck.temporal.internal.Quoted;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Computes the SHA-256 of serialized payloads, and reads it from claims. */
final class PayloadHash {

    private static final String ALGORITHM = "hash_algorithm";

    static final String VALUE = "hash_value";

    private static final String SHA256 = "sha256";

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    private static final Map<String, String> EARLY_TYPESCRIPT_NAMES = Map.of("hashAlgorithm", ALGORITHM, "hashValue",
            VALUE);

    /** A digest that no one knows the content of, so that no object has it. */
    static final String OF_NOTHING = "0".repeat(64);

    private PayloadHash() {
    }

    /** Returns the digest of a serialized payload, whose parts are not copied. */
    static byte[] of(ByteString content) {
        MessageDigest sha256 = sha256();
        try {
            // Unlike ByteString.writeTo, hands over the arrays of the parts themselves.
            CodedOutputStream output = CodedOutputStream
                .newInstance(new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
            output.writeRawBytes(content);
            output.flush();
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

    /** Returns a claim on an object. */
    static StorageDriverClaim claim(Map<String, String> location, String hexDigest) {
        Map<String, String> entries = new HashMap<>(location);
        entries.put(ALGORITHM, SHA256);
        entries.put(VALUE, hexDigest);
        return new StorageDriverClaim(entries);
    }

    /** Returns the entries of a claim other than the digest. */
    static Map<String, String> location(StorageDriverClaim claim) {
        Map<String, String> entries = new HashMap<>(claim.getClaimData());
        entries.remove(ALGORITHM);
        entries.remove(VALUE);
        return entries;
    }

    /**
     * Returns the digest of a claim.
     * @param claim an untrusted claim
     * @return the digest, in lower-case hexadecimal
     * @throws IllegalArgumentException if the claim does not have one
     */
    static String require(StorageDriverClaim claim) {
        String algorithm = claim.getClaimData().get(ALGORITHM);
        String value = claim.getClaimData().get(VALUE);
        if (!SHA256.equals(algorithm) || value == null || !FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "the claim does not contain a SHA-256 (hash_algorithm is " + Quoted.of(algorithm) + ")");
        }
        return value;
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
