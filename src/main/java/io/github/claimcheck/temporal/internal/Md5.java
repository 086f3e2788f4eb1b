package io.github.claimcheck.temporal.internal;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Computes the MD5 that stores report of what they have stored. Not part of the public
 * API.
 */
public final class Md5 {

    private Md5() {
    }

    /**
     * Returns the MD5 of a content, whose parts are not copied.
     * @param content the content
     * @return the MD5
     */
    public static byte[] of(ByteString content) {
        try {
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            for (ByteBuffer part : content.asReadOnlyByteBufferList()) {
                md5.update(part);
            }
            return md5.digest();
        }
        catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("Every Java runtime has MD5", ex);
        }
    }

}
