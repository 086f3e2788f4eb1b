package io.github.claimcheck.temporal.autoconfigure;

import org.jspecify.annotations.Nullable;

/** The application cannot start as it is configured; the action says what to change. */
class ExternalStorageConfigurationException extends RuntimeException {

    private final String action;

    /**
     * @param description what is wrong
     * @param action what to type, naming the property or bean
     */
    ExternalStorageConfigurationException(String description, String action) {
        this(description, action, null);
    }

    ExternalStorageConfigurationException(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    String getAction() {
        return this.action;
    }

}
