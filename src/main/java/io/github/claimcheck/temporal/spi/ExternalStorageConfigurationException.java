package io.github.claimcheck.temporal.spi;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the application's configuration is invalid. Spring Boot's failure report
 * shows the message and the action.
 *
 * @see StorageDriverFactory
 */
public class ExternalStorageConfigurationException extends RuntimeException {

    private final String action;

    /**
     * Creates an exception without a cause.
     * @param description what is wrong, a sentence
     * @param action what to change, a sentence that names the property or bean
     */
    public ExternalStorageConfigurationException(String description, String action) {
        this(description, action, null);
    }

    /**
     * Creates an exception.
     * @param description what is wrong, a sentence
     * @param action what to change, a sentence that names the property or bean
     * @param cause the cause; may be null
     */
    public ExternalStorageConfigurationException(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    /**
     * Returns the remedy.
     * @return what to change, a sentence that names the property or bean
     */
    public String getAction() {
        return this.action;
    }

}
