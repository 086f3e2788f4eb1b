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
 * Receives an object straight into one array of its size: what the SDK has for that grows
 * an array, and copies it at the end.
 * <p>
 * The client prepares it anew for each attempt. What must end all attempts fails the
 * whole download instead of one.
 */
final class ContentReceiver implements AsyncResponseTransformer<GetObjectResponse, byte[]> {

    private final Admission admission;

    private final CompletableFuture<?> download;

    private volatile int size;

    private volatile @Nullable CompletableFuture<Void> admitted;

    private volatile CompletableFuture<byte[]> attempt = new CompletableFuture<>();

    /**
     * @param admission asked once, before there is memory for the object
     * @param download fails where no further attempt is wanted
     */
    ContentReceiver(Admission admission, CompletableFuture<?> download) {
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
            announce(size(response));
        }
        catch (Throwable ex) {
            this.download.completeExceptionally(ex);
        }
    }

    /**
     * A client that fetches an object in parts gives the first part's response, and then
     * the bytes of all.
     */
    private static @Nullable Long size(GetObjectResponse response) {
        String range = response.contentRange();
        return (range != null) ? Long.valueOf(range.substring(range.lastIndexOf('/') + 1)) : response.contentLength();
    }

    private void announce(@Nullable Long length) throws IOException {
        if (length == null) {
            throw new IOException("The store does not say how large the object is");
        }
        if (this.admitted == null) {
            this.size = Math.toIntExact(length);
            this.admitted = this.admission.admit(length);
        }
        if (length != this.size) {
            throw new IOException(String.format(Locale.ROOT, "The object had %d bytes, and has %d at another attempt",
                    this.size, length));
        }
    }

    /** Until there is room, nothing is read from the connection. */
    @Override
    public void onStream(SdkPublisher<ByteBuffer> publisher) {
        CompletableFuture<byte[]> received = this.attempt;
        if (this.download.isDone()) {
            return;
        }
        Objects.requireNonNull(this.admitted, "The response comes before the stream").thenRun(() -> {
            if (!received.isDone()) {
                publisher.subscribe(new Filling(new byte[this.size], received));
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

    /** Fills the array with what comes from the network. */
    private static final class Filling implements Subscriber<ByteBuffer> {

        private final ByteBuffer content;

        private final CompletableFuture<byte[]> received;

        private @Nullable Subscription subscription;

        Filling(byte[] array, CompletableFuture<byte[]> received) {
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
                onError(new IOException("The store sent more than the " + this.content.capacity() + " bytes it said"));
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
                onError(new EOFException("The store sent " + this.content.position() + " of the "
                        + this.content.capacity() + " bytes it said"));
                return;
            }
            this.received.complete(this.content.array());
        }

    }

}
