package io.github.claimcheck.temporal.spi;

import io.temporal.payload.storage.StorageDriver;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.util.StringUtils;

/**
 * The id of a storage driver: its key under {@value #DRIVERS}, and what other properties
 * refer to it by.
 * <p>
 * An id means the bean {@code <id>StorageDriver}, so that {@code local-disk} means
 * {@code localDiskStorageDriver}. Where there is no such bean, it means the
 * {@link StorageDriver} bean of that very name. Dashes, underscores and case make no
 * difference, neither in ids nor in the names of beans, because an environment variable
 * cannot spell them.
 * <p>
 * Immutable.
 */
public final class StorageDriverId {

    /** The property whose keys are the ids. */
    public static final String DRIVERS = "temporal.external-storage.drivers";

    private static final String BEAN_SUFFIX = StorageDriver.class.getSimpleName();

    private final String value;

    private StorageDriverId(String value) {
        this.value = value;
    }

    /**
     * Returns an id.
     * @param value the id, as a property spells it
     * @return the id
     */
    public static StorageDriverId of(String value) {
        return new StorageDriverId(value);
    }

    /**
     * Returns the id that means a bean.
     * @param beanName the name of a {@link StorageDriver} bean
     * @return {@code local-disk} for {@code localDiskStorageDriver}, for instance
     */
    public static StorageDriverId ofBean(String beanName) {
        boolean hasSuffix = beanName.endsWith(BEAN_SUFFIX) && beanName.length() > BEAN_SUFFIX.length();
        return of(hasSuffix
                ? DataObjectPropertyName.toDashedForm(beanName.substring(0, beanName.length() - BEAN_SUFFIX.length()))
                : beanName);
    }

    /**
     * Returns a property of the driver.
     * @param name the name below the driver's own prefix, in kebab case, such as
     * {@code key-prefix}
     * @return the property
     */
    public StorageDriverProperty property(String name) {
        return new StorageDriverProperty(prefix(), name);
    }

    /**
     * Returns what the names of all properties of the driver start with.
     * @return the prefix, without a dot at its end
     */
    public String prefix() {
        return DRIVERS + "." + this.value;
    }

    /**
     * Returns the name of the bean that the starter makes for this id.
     * @return {@code localDiskStorageDriver} for {@code local-disk}, for instance
     */
    public String beanName() {
        String[] words = StringUtils.tokenizeToStringArray(this.value, "-_");
        StringBuilder name = new StringBuilder(StringUtils.uncapitalize(words[0]));
        Stream.of(words).skip(1).map(StringUtils::capitalize).forEach(name::append);
        return name + BEAN_SUFFIX;
    }

    /**
     * Finds the bean that this id means.
     * @param beanNames the names of all {@link StorageDriver} beans
     * @return the name of the bean; null if there is none
     */
    public @Nullable String findBeanName(Collection<String> beanNames) {
        return Stream.of(this.value + BEAN_SUFFIX, this.value)
            .flatMap((wanted) -> beanNames.stream().filter((name) -> uniform(name).equals(uniform(wanted))))
            .findFirst()
            .orElse(null);
    }

    /** Returns what all spellings of a name have in common. */
    private static String uniform(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** Compares ids as properties do: dashes, underscores and case make no difference. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StorageDriverId id && uniform(this.value).equals(uniform(id.value));
    }

    @Override
    public int hashCode() {
        return uniform(this.value).hashCode();
    }

    /**
     * Returns the id as the property spells it.
     * @return the id
     */
    @Override
    public String toString() {
        return this.value;
    }

}
