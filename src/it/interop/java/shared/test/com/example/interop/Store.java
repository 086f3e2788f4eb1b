package com.example.interop;

import com.example.interop.Peer.Language;
import java.util.Map;

/** A store that the Java application and the workers on other SDKs share. */
interface Store {

    /** What the drivers are called in references. */
    String getDriverName();

    /**
     * Returns what the starter needs to know besides the bucket, as properties of its
     * driver.
     */
    Map<String, String> properties();

    /** Returns what a worker on another SDK needs to know, as its environment. */
    Map<String, String> environment(String bucket);

    /** Says why a worker on another SDK cannot use this store; null if it can. */
    default String obstacle(Language language) {
        return null;
    }

    void createBucket(String bucket) throws Exception;

    /**
     * Verifies that a claim has the entries that the official drivers read, and returns
     * the object's key.
     */
    String key(Map<String, String> claim);

    byte[] content(String bucket, String key) throws Exception;

}
