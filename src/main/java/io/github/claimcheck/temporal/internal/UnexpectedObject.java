package io.github.claimcheck.temporal.internal;

import java.io.IOException;

/**
 * A response with an object that cannot exist, so that it is not the store's. Not part of
 * the public API.
 */
public final class UnexpectedObject extends IOException {

    /** Creates an exception. */
    public UnexpectedObject() {
        super("the response has content, although no object can have this key");
    }

}
