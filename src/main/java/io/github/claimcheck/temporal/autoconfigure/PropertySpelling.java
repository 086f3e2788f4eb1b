package io.github.claimcheck.temporal.autoconfigure;

import java.beans.PropertyDescriptor;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.core.ResolvableType;
import org.springframework.util.unit.DataSize;

/**
 * Finds the right spelling of a property in the words of a wrong one, such as those of an
 * environment variable with underscores for dashes.
 */
final class PropertySpelling {

    /** The classes that the properties of drivers are bound to. */
    private final Collection<Class<?>> driverTypes;

    /** How many letters may be wrong in the name of a property. */
    private final int tolerance;

    private PropertySpelling(Collection<Class<?>> driverTypes, int tolerance) {
        this.driverTypes = driverTypes;
        this.tolerance = tolerance;
    }

    /**
     * Finds a property.
     * @param words the words in the wrong name, without those of the prefix
     * @param type the class that properties with the prefix are bound to
     * @param driverTypes the classes that the properties of drivers are bound to
     * @return the right name below the prefix, such as {@code cache.max-size}; null if no
     * property is similar
     */
    static @Nullable String find(List<String> words, Class<?> type, Collection<Class<?>> driverTypes) {
        return Stream.of(0, 2)
            .map((tolerance) -> new PropertySpelling(driverTypes, tolerance).match(words,
                    ResolvableType.forClass(type)))
            .filter((name) -> name != null && !name.isEmpty())
            .findFirst()
            .map((name) -> name.startsWith(".") ? name.substring(1) : name)
            .orElse(null);
    }

    /**
     * Returns the environment variable that Spring Boot reads for a property.
     * @param property the property
     * @return {@code TEMPORAL_EXTERNALSTORAGE_DRIVERS_LOCALDISK_DIRECTORY}, for instance
     */
    static String variable(String property) {
        return property.replace("-", "").replaceAll("[.\\[]", "_").replace("]", "").toUpperCase(Locale.ROOT);
    }

    private @Nullable String match(List<String> words, ResolvableType type) {
        Class<?> raw = type.resolve(Object.class);
        if (Map.class.isAssignableFrom(raw)) {
            return driver(words);
        }
        boolean isList = Collection.class.isAssignableFrom(raw);
        if (isList || isSingleValue(raw)) {
            return words.isEmpty() ? "" : isList ? element(words, type.asCollection().getGeneric()) : null;
        }
        for (int i = words.size(); i > 0; i--) {
            String word = String.join("", words.subList(0, i)).toLowerCase(Locale.ROOT);
            for (PropertyDescriptor property : properties(raw)) {
                String rest = isSimilar(word, property.getName().toLowerCase(Locale.ROOT))
                        ? match(words.subList(i, words.size()),
                                ResolvableType.forMethodReturnType(property.getReadMethod()))
                        : null;
                if (rest != null) {
                    return "." + DataObjectPropertyName.toDashedForm(property.getName()) + rest;
                }
            }
        }
        return null;
    }

    private @Nullable String element(List<String> words, ResolvableType type) {
        String rest = words.get(0).matches("\\d+") ? match(words.subList(1, words.size()), type) : null;
        return (rest != null) ? "[" + words.get(0) + "]" + rest : null;
    }

    /** Tries shorter ids first, since the rest is more likely to be a property. */
    private @Nullable String driver(List<String> words) {
        if (this.driverTypes.isEmpty() && words.size() > 1) {
            return "." + String.join(".", words);
        }
        for (int i = 1; i < words.size(); i++) {
            for (Class<?> type : this.driverTypes) {
                String rest = match(words.subList(i, words.size()), ResolvableType.forClass(type));
                if (rest != null) {
                    return "." + String.join("-", words.subList(0, i)).toLowerCase(Locale.ROOT) + rest;
                }
            }
        }
        return null;
    }

    /** Returns whether a property of a type has a value, and none below it. */
    static boolean isSingleValue(Class<?> type) {
        return BeanUtils.isSimpleProperty(type) || type.getName().startsWith("java.") || type == DataSize.class;
    }

    /** Returns the properties of a class, without what only reads as one does. */
    static List<PropertyDescriptor> properties(Class<?> type) {
        return Arrays.stream(BeanUtils.getPropertyDescriptors(type))
            .filter((property) -> property.getReadMethod() != null
                    && property.getReadMethod().getName().matches("(get|is)[A-Z].*")
                    && !property.getName().equals("class"))
            .toList();
    }

    private boolean isSimilar(String word, String property) {
        return word.equals(property)
                || (property.length() > 2 * this.tolerance && distance(word, property) <= this.tolerance);
    }

    /** Returns the Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, (j) -> j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + ((a.charAt(i - 1) != b.charAt(j - 1)) ? 1 : 0);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

}
