package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import org.springframework.util.unit.DataSize;

/** Checks sizes in properties. */
final class PropertySizes {

    private PropertySizes() {
    }

    /** Fails unless a size is zero or more. */
    static void require(String property, DataSize size, String suggestion) {
        if (size.isNegative()) {
            String name = ExternalStorageProperties.PREFIX + "." + property;
            throw new ExternalStorageConfigurationException(name + " is " + size + ", which is not a valid size.",
                    "Set " + name + " to a size such as " + suggestion);
        }
    }

}
