package io.github.claimcheck.temporal.spi;

import org.jspecify.annotations.Nullable;

/**
 * The application cannot start as it is configured. The report of the start says so, and
 * what to change.
 *
 * @see StorageDriverFactory
 */
public class ExternalStorageConfigurationException extends RuntimeException {

    private final String action;

    /**
     * Makes a failure that has no cause but the configuration.
     * @param description what is wrong
     * @param action what to type, naming the property or bean
     */
    public ExternalStorageConfigurationException(String description, String action) {
        this(description, action, null);
    }

    /**
     * Makes a failure.
     * @param description what is wrong
     * @param action what to type, naming the property or bean
     * @param cause why; may be null
     */
    public ExternalStorageConfigurationException(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    /**
     * Returns the remedy.
     * @return what to type, naming the property or bean
     */
    public String getAction() {
        return this.action;
    }

}
