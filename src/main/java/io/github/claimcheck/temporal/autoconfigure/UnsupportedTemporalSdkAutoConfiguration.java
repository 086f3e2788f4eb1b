package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;

/**
 * Auto-configuration that fails the start on a Temporal SDK without external storage,
 * instead of silently keeping payloads in event history.
 */
@AutoConfiguration
@Lazy(false)
@ConditionalOnMissingClass("io.temporal.payload.storage.ExternalStorage")
@Conditional(OnExternalStorageEnabled.class)
public class UnsupportedTemporalSdkAutoConfiguration {

    UnsupportedTemporalSdkAutoConfiguration() {
        throw new ExternalStorageConfigurationException(
                "The Temporal Java SDK on the class path does not support external storage.",
                "Upgrade io.temporal:temporal-spring-boot-starter to 1.39.0 or later, or set "
                        + ExternalStorageProperties.PREFIX + ".enabled to false.");
    }

}
