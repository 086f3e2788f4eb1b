package io.github.claimcheck.temporal.store.composite;

import io.temporal.payload.storage.StorageDriver;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A composite driver that counts failovers or repairs by delegate. */
interface CountingStorageDriver extends StorageDriver {

    /** Returns the driver's counter. */
    Counter counter();

    /**
     * A counter of a composite driver.
     *
     * @param name the name of the meter
     * @param description the description of the meter
     * @param byDelegate the counts by the delegates' names, which do not change
     */
    record Counter(String name, String description, Map<String, AtomicLong> byDelegate) {

    }

}
