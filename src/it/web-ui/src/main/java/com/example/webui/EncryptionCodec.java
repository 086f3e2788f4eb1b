package com.example.webui;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.codec.PayloadCodecException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/** AES-GCM, with a key that lives as long as the application. */
class EncryptionCodec implements PayloadCodec {

    static final String ENCODING = "binary/encrypted";

    private static final ByteString ENCODING_VALUE = ByteString.copyFromUtf8(ENCODING);

    private static final int NONCE_BYTES = 12;

    private static final int TAG_BITS = 128;

    private final SecureRandom random = new SecureRandom();

    private final SecretKey key = newKey();

    @Override
    public List<Payload> encode(List<Payload> payloads) {
        return payloads.stream().map(this::encrypt).toList();
    }

    @Override
    public List<Payload> decode(List<Payload> payloads) {
        return payloads.stream().map(this::decrypt).toList();
    }

    private Payload encrypt(Payload payload) {
        byte[] nonce = new byte[NONCE_BYTES];
        this.random.nextBytes(nonce);
        ByteString encrypted = ByteString.copyFrom(apply(Cipher.ENCRYPT_MODE, nonce, payload.toByteArray()));
        return Payload.newBuilder()
            .putMetadata("encoding", ENCODING_VALUE)
            .setData(ByteString.copyFrom(nonce).concat(encrypted))
            .build();
    }

    /** What is not encrypted stays as it is: the CLI sends it without a codec server. */
    private Payload decrypt(Payload payload) {
        if (!ENCODING_VALUE.equals(payload.getMetadataOrDefault("encoding", ByteString.EMPTY))) {
            return payload;
        }
        byte[] nonce = payload.getData().substring(0, NONCE_BYTES).toByteArray();
        byte[] encrypted = payload.getData().substring(NONCE_BYTES).toByteArray();
        try {
            return Payload.parseFrom(apply(Cipher.DECRYPT_MODE, nonce, encrypted));
        }
        catch (InvalidProtocolBufferException ex) {
            throw new PayloadCodecException("The decrypted bytes are no payload", ex);
        }
    }

    private byte[] apply(int mode, byte[] nonce, byte[] input) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, this.key, new GCMParameterSpec(TAG_BITS, nonce));
            return cipher.doFinal(input);
        }
        catch (GeneralSecurityException ex) {
            throw new PayloadCodecException(ex);
        }
    }

    private static SecretKey newKey() {
        try {
            KeyGenerator generator = KeyGenerator.getInstance("AES");
            generator.init(256);
            return generator.generateKey();
        }
        catch (GeneralSecurityException ex) {
            throw new IllegalStateException(ex);
        }
    }

}
