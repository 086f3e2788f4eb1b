package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.driver.Admission;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
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
                publisher.subscribe(new ContentSubscriber(new byte[this.size], received));
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

        private final ByteBuffer content;

        private final CompletableFuture<byte[]> received;

        private @Nullable Subscription subscription;

        ContentSubscriber(byte[] array, CompletableFuture<byte[]> received) {
            this.content = ByteBuffer.wrap(array);
            this.received = received;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            this.subscription = subscription;
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer chunk) {
            if (chunk.remaining() > this.content.remaining()) {
                Objects.requireNonNull(this.subscription).cancel();
                onError(new IOException("The store sent more than the reported " + this.content.capacity() + " bytes"));
                return;
            }
            this.content.put(chunk);
        }

        @Override
        public void onError(Throwable failure) {
            this.received.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            if (this.content.hasRemaining()) {
                onError(new EOFException("The store sent only " + this.content.position() + " of the reported "
                        + this.content.capacity() + " bytes"));
                return;
            }
            this.received.complete(this.content.array());
        }

    }

}
