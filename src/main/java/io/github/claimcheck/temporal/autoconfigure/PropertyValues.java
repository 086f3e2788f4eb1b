package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.convert.DataSizeUnit;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.core.ResolvableType;
import org.springframework.util.unit.DataSize;

/** Rejects values that Spring Boot converts, but that nobody means. */
final class PropertyValues {

    private PropertyValues() {
    }

    /**
     * Checks a value before it is converted.
     * @param property the name of the property
     * @param text the value, with placeholders resolved
     * @param target what the value is converted to
     * @throws ExternalStorageConfigurationException if the value, or an element of a
     * list, contains an invisible character, or lacks a unit
     */
    static void require(String property, String text, Bindable<?> target) {
        ResolvableType type = target.getType();
        Class<?> raw = type.resolve(Object.class);
        if (raw == Object.class || Map.class.isAssignableFrom(raw)) {
            // Properties of a driver are checked when its type is known.
            return;
        }
        boolean isCollection = Collection.class.isAssignableFrom(raw);
        if (!isCollection && !raw.isArray()) {
            require(property, text, raw, target);
            return;
        }
        Class<?> element = (isCollection ? type.asCollection().getGeneric() : type.getComponentType())
            .resolve(Object.class);
        for (String each : text.split(",")) {
            require(property, each.trim(), element, target);
        }
    }

    private static void require(String property, String text, Class<?> type, Bindable<?> target) {
        PropertyText.requireVisible(property, text);
        boolean isPlainNumber = text.matches("\\+?\\d+") && !text.matches("\\+?0+");
        if (isPlainNumber && type == Duration.class && target.getAnnotation(DurationUnit.class) == null) {
            throw withoutUnit(property, text, "durations", text + "s for seconds or " + text + "ms for milliseconds");
        }
        if (isPlainNumber && type == DataSize.class && target.getAnnotation(DataSizeUnit.class) == null) {
            throw withoutUnit(property, text, "sizes", text + "KB for kilobytes or " + text + "B for bytes");
        }
    }

    private static ExternalStorageConfigurationException withoutUnit(String property, String text, String kind,
            String suggestion) {
        return new ExternalStorageConfigurationException(property + " is " + text + ", which has no unit.",
                "Set " + property + " to " + suggestion + ". All " + kind + " but 0 need a unit.");
    }

}
