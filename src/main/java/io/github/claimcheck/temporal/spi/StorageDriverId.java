package io.github.claimcheck.temporal.spi;

import io.temporal.payload.storage.StorageDriver;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.util.StringUtils;

/**
 * The id of a storage driver: its key under {@value #DRIVERS}, which other properties
 * refer to.
 * <p>
 * An id refers to the bean {@code <id>StorageDriver}: {@code local-disk} refers to
 * {@code localDiskStorageDriver}. If there is no such bean, it refers to the
 * {@link StorageDriver} bean whose name is the id. Dashes, underscores and case are
 * ignored in ids and in bean names, because environment variables cannot express them.
 * <p>
 * Immutable.
 */
public final class StorageDriverId {

    /** The property whose keys are driver ids. */
    public static final String DRIVERS = "temporal.external-storage.drivers";

    private static final String BEAN_SUFFIX = StorageDriver.class.getSimpleName();

    private final String value;

    private StorageDriverId(String value) {
        this.value = value;
    }

    /**
     * Returns an id.
     * @param value the id, as spelled in a property
     * @return the id
     */
    public static StorageDriverId of(String value) {
        return new StorageDriverId(value);
    }

    /**
     * Returns the id that refers to a bean.
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
     * Returns the prefix of all properties of the driver.
     * @return the prefix, without a trailing dot
     */
    public String prefix() {
        return DRIVERS + "." + this.value;
    }

    /**
     * Returns the name of the bean that the starter registers for this id.
     * @return {@code localDiskStorageDriver} for {@code local-disk}, for instance
     */
    public String beanName() {
        String[] words = StringUtils.tokenizeToStringArray(this.value, "-_");
        StringBuilder name = new StringBuilder(StringUtils.uncapitalize(words[0]));
        Stream.of(words).skip(1).map(StringUtils::capitalize).forEach(name::append);
        return name + BEAN_SUFFIX;
    }

    /**
     * Finds the bean that this id refers to.
     * @param beanNames the names of all {@link StorageDriver} beans
     * @return the name of the bean; null if there is none
     */
    public @Nullable String findBeanName(Collection<String> beanNames) {
        return Stream.of(this.value + BEAN_SUFFIX, this.value)
            .flatMap((wanted) -> beanNames.stream().filter((name) -> uniform(name).equals(uniform(wanted))))
            .findFirst()
            .orElse(null);
    }

    /** Returns the form that all spellings of a name share. */
    private static String uniform(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** Compares ids, ignoring dashes, underscores and case. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StorageDriverId id && uniform(this.value).equals(uniform(id.value));
    }

    @Override
    public int hashCode() {
        return uniform(this.value).hashCode();
    }

    /**
     * Returns the id as spelled in the property.
     * @return the id
     */
    @Override
    public String toString() {
        return this.value;
    }

}
