package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Conditional;

/**
 * Stops applications on a Temporal SDK that has no external storage, instead of doing
 * nothing.
 */
@AutoConfiguration
@ConditionalOnMissingClass("io.temporal.payload.storage.ExternalStorage")
@Conditional(OnExternalStorageEnabled.class)
public class UnsupportedTemporalSdkAutoConfiguration {

    UnsupportedTemporalSdkAutoConfiguration() {
        throw new ExternalStorageConfigurationException(
                "The Temporal Java SDK on the class path has no external storage.",
                "Use io.temporal:temporal-spring-boot-starter 1.39.0 or newer, or set "
                        + ExternalStorageProperties.PREFIX + ".enabled to false.");
    }

}
