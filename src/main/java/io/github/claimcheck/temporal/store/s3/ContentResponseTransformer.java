package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.driver.Admission;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Receives an object into an array of its size. The SDK's own transformer grows an array
 * and copies it at the end.
 * <p>
 * An application's client that decrypts or decompresses passes another number of bytes
 * than S3 reported. They are received, too: the HTTP client compares the reported size,
 * and the driver the digest.
 * <p>
 * The client calls {@link #prepare()} for each attempt. A failure that retries cannot
 * resolve fails the download instead of one attempt.
 */
final class ContentResponseTransformer implements AsyncResponseTransformer<GetObjectResponse, byte[]> {

    private final Admission admission;

    private final CompletableFuture<?> download;

    private volatile int size;

    private volatile @Nullable CompletableFuture<Void> admitted;

    private volatile CompletableFuture<byte[]> attempt = new CompletableFuture<>();

    /**
     * Creates a transformer.
     * @param admission admits the object, once, before its array is allocated
     * @param download the download, which fails to prevent further attempts
     */
    ContentResponseTransformer(Admission admission, CompletableFuture<?> download) {
        this.admission = admission;
        this.download = download;
    }

    @Override
    public CompletableFuture<byte[]> prepare() {
        this.attempt = new CompletableFuture<>();
        return this.attempt;
    }

    @Override
    public void onResponse(GetObjectResponse response) {
        try {
            admit(size(response));
        }
        catch (Throwable ex) {
            this.download.completeExceptionally(ex);
        }
    }

    /**
     * Returns the size of the whole object. A client that downloads an object in parts
     * passes the response of the first part, and then the bytes of all parts.
     */
    private static @Nullable Long size(GetObjectResponse response) {
        String range = response.contentRange();
        return (range != null) ? Long.valueOf(range.substring(range.lastIndexOf('/') + 1)) : response.contentLength();
    }

    private void admit(@Nullable Long length) throws IOException {
        if (length == null) {
            throw new IOException("The store did not report the size of the object");
        }
        if (length > this.admission.maxSize()) {
            // Tells the driver, which does not depend on this exception.
            this.admission.admit(length);
            throw new IOException("The object is too large");
        }
        if (this.admitted == null) {
            this.size = Math.toIntExact(length);
            this.admitted = this.admission.admit(length);
        }
        if (length != this.size) {
            throw new IOException(String.format(Locale.ROOT,
                    "The object had %d bytes at first, but has %d bytes in another attempt", this.size, length));
        }
    }

    /** Reads nothing from the connection until the object is admitted. */
    @Override
    public void onStream(SdkPublisher<ByteBuffer> publisher) {
        CompletableFuture<byte[]> received = this.attempt;
        if (this.download.isDone()) {
            return;
        }
        Objects.requireNonNull(this.admitted, "The stream arrived before the response").thenRun(() -> {
            if (!received.isDone()) {
                publisher.subscribe(new ContentSubscriber(new byte[this.size], this.admission.maxSize(), received));
            }
        }).exceptionally((failure) -> {
            this.download.completeExceptionally(failure.getCause());
            return null;
        });
    }

    @Override
    public void exceptionOccurred(Throwable error) {
        this.attempt.completeExceptionally(error);
    }

    /** Copies the received bytes into the array. */
    private static final class ContentSubscriber implements Subscriber<ByteBuffer> {

        private final long maxSize;

        private final CompletableFuture<byte[]> received;

        private ByteBuffer content;

        private @Nullable Subscription subscription;

        ContentSubscriber(byte[] array, long maxSize, CompletableFuture<byte[]> received) {
            this.content = ByteBuffer.wrap(array);
            this.maxSize = maxSize;
            this.received = received;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            this.subscription = subscription;
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer chunk) {
            long size = (long) this.content.position() + chunk.remaining();
            if (size > this.maxSize) {
                Objects.requireNonNull(this.subscription).cancel();
                onError(new IOException("The client passed more than " + this.maxSize + " bytes of the object"));
                return;
            }
            if (size > this.content.capacity()) {
                int capacity = (int) Math.min(Math.max(size, 2L * this.content.capacity()), this.maxSize);
                this.content = ByteBuffer.allocate(capacity).put(this.content.flip());
            }
            this.content.put(chunk);
        }

        @Override
        public void onError(Throwable failure) {
            this.received.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            byte[] array = this.content.array();
            this.received.complete(this.content.hasRemaining() ? Arrays.copyOf(array, this.content.position()) : array);
        }

    }

}
