package io.github.claimcheck.temporal.internal;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Names the settings of a store's client for remedies: the driver's properties, which
 * have no effect on the application's own client. Immutable. Not part of the public API.
 *
 * @param bean the type of the application's client bean; null for a client that the
 * starter creates
 */
public record ClientSettings(@Nullable String bean) {

    /** The settings of a client that the starter creates. */
    public static final ClientSettings OF_DRIVER = new ClientSettings(null);

    /**
     * Returns the settings of the application's own client.
     * @param type the type of the client bean
     * @return the settings
     */
    public static ClientSettings ofBean(Class<?> type) {
        return new ClientSettings(type.getSimpleName());
    }

    /**
     * Reads a setting of a client for a description, which must not fail: the
     * application's own client may be a mock, or a wrapper that does not support this.
     * @param setting reads the setting
     * @return the setting; null if it cannot be read
     */
    public static <T> @Nullable T told(Supplier<@Nullable T> setting) {
        try {
            return setting.get();
        }
        catch (RuntimeException ex) {
            return null;
        }
    }

    /**
     * Names settings.
     * @param properties the driver's properties, such as {@code endpoint and region}
     * @param settings the same of a client, such as {@code endpoint and region}
     * @return the name, to be used in a sentence
     */
    public String name(String properties, String settings) {
        return (this.bean != null) ? "the " + settings + " of the application's " + this.bean + " bean"
                : "the driver's " + properties;
    }

    /**
     * Names settings that have the same name in both.
     * @param settings the settings, such as {@code endpoint and region}
     * @return the name, to be used in a sentence
     */
    public String name(String settings) {
        return name(settings, settings);
    }

}
