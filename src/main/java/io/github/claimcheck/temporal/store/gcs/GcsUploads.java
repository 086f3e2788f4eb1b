package io.github.claimcheck.temporal.store.gcs;

import com.google.api.core.NanoClock;
import com.google.cloud.RetryHelper;
import com.google.cloud.RetryHelper.RetryHelperException;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.Storage.BlobWriteOption;
import com.google.cloud.storage.StorageException;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.primitives.Ints;
import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.internal.UnconfirmedUpload;
import java.nio.ByteBuffer;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Uploads objects, and confirms from the response that Cloud Storage has stored them: an
 * HTTP status alone may come from something else that answers, or belong to another
 * request.
 * <p>
 * The library sends the parts of a content only from a stream, whose uploads it does not
 * retry, because it cannot read a stream twice. So uploads with a client that the store
 * owns are retried here, as the library would, each attempt with a stream of its own. The
 * application's own client, whose settings for retries the library does not tell, gets an
 * array, which is a copy.
 * <p>
 * Immutable and thread-safe.
 */
final class GcsUploads {

    private final GcsClient client;

    GcsUploads(GcsClient client) {
        this.client = client;
    }

    /**
     * Creates an object. An object's name contains its digest, so the response belongs to
     * this upload if it has that name.
     * @throws UnconfirmedUpload if the response does not show that the object was stored
     */
    Blob create(BlobInfo object, ByteString content) throws UnconfirmedUpload {
        Blob stored;
        try {
            // Compression is up to codecs.
            stored = (this.client.connections() != null) ? createFromParts(object, content) : this.client.storage()
                .create(object, content.toByteArray(), BlobTargetOption.disableGzipContent());
        }
        catch (StorageException ex) {
            for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
                if (cause instanceof UnconfirmedUpload unconfirmed) {
                    throw unconfirmed;
                }
                if (cause instanceof IllegalArgumentException || cause instanceof NullPointerException) {
                    throw new UnconfirmedUpload("it is not Cloud Storage's");
                }
            }
            throw ex;
        }
        catch (IllegalArgumentException | NullPointerException ex) {
            // The library expects JSON, and these fields in it.
            throw new UnconfirmedUpload("it is not Cloud Storage's");
        }
        String difference = difference(object, content, stored);
        if (difference != null) {
            throw new UnconfirmedUpload(difference);
        }
        return stored;
    }

    /**
     * Returns how the stored object differs from the upload; null if it does not.
     */
    private static @Nullable String difference(BlobInfo object, ByteString content, @Nullable Blob stored) {
        if (stored == null || !object.getBucket().equals(stored.getBucket())
                || !object.getName().equals(stored.getName())) {
            return "it does not name the object";
        }
        return (stored.getSize() != null && stored.getSize() != content.size()) ? "its size is not that of the upload"
                : null;
    }

    /** The method is deprecated for not retrying, which is done here. */
    @SuppressWarnings("deprecation")
    private Blob createFromParts(BlobInfo object, ByteString content) {
        BlobInfo checked = object.toBuilder().setCrc32c(crc32c(content)).build();
        try {
            return RetryHelper.runWithRetries(
                    () -> this.client.storage()
                        .create(checked, content.newInput(), BlobWriteOption.crc32cMatch(),
                                BlobWriteOption.disableGzipContent()),
                    this.client.storage().getOptions().getRetrySettings(), GcsClient.RETRIED,
                    NanoClock.getDefaultClock());
        }
        catch (RetryHelperException ex) {
            throw StorageException.translateAndThrow(ex);
        }
    }

    private static String crc32c(ByteString content) {
        Hasher hasher = Hashing.crc32c().newHasher();
        for (ByteBuffer part : content.asReadOnlyByteBufferList()) {
            hasher.putBytes(part);
        }
        return Base64.getEncoder().encodeToString(Ints.toByteArray(hasher.hash().asInt()));
    }

}
