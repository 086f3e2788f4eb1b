package io.github.claimcheck.temporal.spi;

/**
 * Describes a driver type whose library is not on the class path. A bean of this type
 * replaces the type's {@link StorageDriverFactory}, so that configuring such a driver
 * fails with advice on which library to add.
 *
 * @param type the type, as the value of {@code drivers.<id>.type} or as the id itself
 * @param action the advice, for instance {@code Add the dependency com.example:library.}
 */
public record MissingLibrary(String type, String action) {

}
