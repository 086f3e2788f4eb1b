package io.github.claimcheck.temporal.store.composite;

import io.temporal.payload.storage.StorageDriver;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A composite driver that counts what it had to do because a delegate failed. */
interface CountingStorageDriver extends StorageDriver {

    /** Returns what is counted. */
    Counter counter();

    /**
     * What a composite driver counts.
     *
     * @param name the name of the meter
     * @param description what one count stands for
     * @param byDelegate a count for each delegate, by its name; the names do not change
     */
    record Counter(String name, String description, Map<String, AtomicLong> byDelegate) {

    }

}
