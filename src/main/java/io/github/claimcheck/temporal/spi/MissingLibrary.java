package io.github.claimcheck.temporal.spi;

/**
 * A type of storage drivers whose library is not on the class path. A bean of this type
 * takes the place of the type's {@link StorageDriverFactory}, so that whoever configures
 * such a driver is told what to add.
 *
 * @param type what {@code drivers.<id>.type} is set to, or the id itself
 * @param action what to add, for instance {@code Add the dependency com.example:library.}
 */
public record MissingLibrary(String type, String action) {

}
