package io.github.claimcheck.temporal.internal;

import java.io.IOException;

/**
 * An upload whose response does not show that the object was stored, although it reports
 * no failure. Not part of the public API.
 */
public final class UnconfirmedUpload extends IOException {

    /** What an operator can do, a sentence without its final period. */
    public static final String REMEDY = "Something else may have answered in place of the store, such as a proxy, a "
            + "gateway or a login page. Check the endpoint, and what is between the application and the store";

    /**
     * Creates an exception.
     * @param difference how the response differs from one of the store to an upload
     */
    public UnconfirmedUpload(String difference) {
        super("the response does not show that the object was stored: " + difference);
    }

}
