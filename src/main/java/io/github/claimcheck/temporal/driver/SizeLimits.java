package io.github.claimcheck.temporal.driver;

/**
 * The maximum sizes of stored payloads and of retrieved objects. They differ so that
 * objects which were stored under a higher limit remain readable, while a forged claim on
 * an object of any size cannot exhaust the heap.
 *
 * @param maxPayloadSize the maximum serialized size of a stored payload, in bytes
 * @param maxPayloadSizeProperty the property that sets this limit, for the message of a
 * {@link PayloadTooLargeException}
 * @param maxRetrievedSize the maximum size of a retrieved object, in bytes, at least
 * {@code maxPayloadSize}
 * @param maxRetrievedSizeProperty the property that sets this limit, for the message of
 * an {@link ObjectTooLargeException}
 */
public record SizeLimits(long maxPayloadSize, String maxPayloadSizeProperty, long maxRetrievedSize,
        String maxRetrievedSizeProperty) {

    /**
     * The default maximum size of a retrieved object, in bytes. The official drivers
     * store up to 50 MB by default; this leaves room for a limit that was raised once,
     * and fits into the heap of a small worker.
     */
    public static final long DEFAULT_MAX_RETRIEVED_SIZE = 128L * 1024 * 1024;

    /** The maximum length of an array on every virtual machine. */
    static final long MAX_ARRAY_SIZE = Integer.MAX_VALUE - 8L;

    /**
     * Creates limits.
     * @throws IllegalArgumentException if stored payloads could not be retrieved
     */
    public SizeLimits {
        if (maxRetrievedSize < Math.min(maxPayloadSize, MAX_ARRAY_SIZE)) {
            throw new IllegalArgumentException("maxRetrievedSize is " + maxRetrievedSize
                    + ", which is less than maxPayloadSize, " + maxPayloadSize);
        }
        maxRetrievedSize = Math.min(maxRetrievedSize, MAX_ARRAY_SIZE);
    }

    /**
     * Creates limits with the default maximum size of a retrieved object, or the maximum
     * payload size if that is larger.
     * @param maxPayloadSize the maximum serialized size of a stored payload, in bytes
     * @param maxPayloadSizeProperty the property that sets this limit
     * @return the limits
     */
    public static SizeLimits ofMaxPayloadSize(long maxPayloadSize, String maxPayloadSizeProperty) {
        return new SizeLimits(maxPayloadSize, maxPayloadSizeProperty,
                Math.max(maxPayloadSize, DEFAULT_MAX_RETRIEVED_SIZE), maxPayloadSizeProperty);
    }

}
