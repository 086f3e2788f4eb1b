package io.github.claimcheck.temporal.testing;

import java.net.URI;
import java.util.List;

/** A server that keeps objects in buckets, and lets a test look at them. */
public interface ObjectServer {

    URI getEndpoint();

    /** Makes a bucket that no other test uses, and returns its name. */
    String createBucket();

    /** Returns the keys of all objects in a bucket. */
    List<String> keys(String bucket);

    byte[] content(String bucket, String key);

    void put(String bucket, String key, byte[] content);

    void delete(String bucket, String key);

}
