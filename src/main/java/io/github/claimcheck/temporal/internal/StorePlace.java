package io.github.claimcheck.temporal.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the descriptions of where stores keep objects. Not part of the public API.
 */
public final class StorePlace {

    private StorePlace() {
    }

    /**
     * Describes a place.
     * @param entry what the place is, such as {@code bucket}
     * @param name its name
     * @param keyPrefix the prefix of every key; left out if it is empty
     * @param endpoint the address of the server, without a secret; null if it is unknown
     * @return the parts in this order, to which more can be added
     */
    public static Map<String, String> of(String entry, String name, String keyPrefix, @Nullable String endpoint) {
        Map<String, String> place = new LinkedHashMap<>();
        place.put(entry, name);
        if (!keyPrefix.isEmpty()) {
            place.put("key-prefix", keyPrefix);
        }
        if (endpoint != null) {
            place.put("endpoint", endpoint);
        }
        return place;
    }

}
