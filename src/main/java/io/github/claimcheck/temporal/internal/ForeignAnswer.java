package io.github.claimcheck.temporal.internal;

import java.io.IOException;

/**
 * An answer that no store gives when it is asked for an object that cannot exist. Not
 * part of the public API.
 */
public final class ForeignAnswer extends IOException {

    /**
     * Creates an exception.
     * @param difference how the answer differs from one of the store
     */
    public ForeignAnswer(String difference) {
        super("the answer is not the store's: " + difference);
    }

}
