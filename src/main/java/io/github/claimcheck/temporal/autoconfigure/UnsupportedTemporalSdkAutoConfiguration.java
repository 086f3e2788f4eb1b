package io.github.claimcheck.temporal.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;

/** Stops applications on a Temporal SDK that has no external storage, instead of doing nothing. */
@AutoConfiguration
@ConditionalOnMissingClass("io.temporal.payload.storage.ExternalStorage")
@ConditionalOnBooleanProperty(name = "temporal.external-storage.enabled", matchIfMissing = true)
public class UnsupportedTemporalSdkAutoConfiguration {

    UnsupportedTemporalSdkAutoConfiguration() {
        throw new ExternalStorageConfigurationException(
                "The Temporal Java SDK on the class path has no external storage.",
                "Use io.temporal:temporal-spring-boot-starter 1.39.0 or newer, or set "
                        + ExternalStorageProperties.PREFIX + ".enabled to false.");
    }

}
