package io.github.claimcheck.temporal.expiry;

import io.github.claimcheck.temporal.driver.CompositeStorageDriver;
import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Tells which drivers lose payloads to expiry, and when. A mirror loses one with its last
 * copy, so its delegates count together, unless one of them also stores on its own. A
 * fallback has one copy, so each of its delegates counts.
 */
final class DriverExpiry {

    private DriverExpiry() {
    }

    /**
     * Returns the drivers that count.
     * @param drivers the drivers of a client, wrapped or not
     * @param selectable whether a driver, as it was declared or configured, is used other
     * than as a delegate
     */
    static List<StorageDriver> counting(Collection<StorageDriver> drivers, Predicate<StorageDriver> selectable) {
        List<StorageDriver> originals = drivers.stream().map(DelegatingStorageDriver::unwrap).toList();
        Set<StorageDriver> delegates = Collections.newSetFromMap(new IdentityHashMap<>());
        originals.forEach((driver) -> withDelegates(driver).skip(1).forEach(delegates::add));
        return originals.stream()
            .filter((driver) -> !delegates.contains(driver) || selectable.test(driver))
            .flatMap(DriverExpiry::losing)
            .distinct()
            .toList();
    }

    /** Returns the drivers that lose what a driver stores, each on its own. */
    private static Stream<StorageDriver> losing(StorageDriver driver) {
        return (driver instanceof CompositeStorageDriver && !isMirror(driver))
                ? delegates(driver).flatMap(DriverExpiry::losing) : Stream.of(driver);
    }

    private static boolean isMirror(StorageDriver driver) {
        return driver instanceof CompositeStorageDriver composite && composite.storesWithAll();
    }

    private static Stream<StorageDriver> withDelegates(StorageDriver driver) {
        return Stream.concat(Stream.of(driver), delegates(driver).flatMap(DriverExpiry::withDelegates));
    }

    private static Stream<StorageDriver> delegates(StorageDriver driver) {
        return (driver instanceof CompositeStorageDriver composite)
                ? composite.getDelegates().stream().map(DelegatingStorageDriver::unwrap) : Stream.empty();
    }

    /** Returns the drivers whose stores have a driver's payloads. */
    static Stream<InspectableStorageDriver> stores(StorageDriver driver) {
        return withDelegates(driver).filter(InspectableStorageDriver.class::isInstance)
            .map(InspectableStorageDriver.class::cast);
    }

    /** Reads when a driver loses payloads of a namespace. */
    static CompletableFuture<Expiry> read(StorageDriver driver, String namespace) {
        if (driver instanceof InspectableStorageDriver inspectable) {
            return inspectable.readExpiry(namespace);
        }
        List<StorageDriver> delegates = delegates(driver).toList();
        if (delegates.isEmpty()) {
            return CompletableFuture.completedFuture(
                    Expiry.unknown("The driver, of type " + driver.getType() + ", does not say when it deletes"));
        }
        List<CompletableFuture<Expiry>> reads = delegates.stream()
            .map((delegate) -> read(delegate, namespace).thenApply((expiry) -> new Expiry(expiry.after(),
                    expiry.known(), "Of its delegate '" + delegate.getName() + "': " + expiry.explanation())))
            .toList();
        return CompletableFuture.allOf(reads.toArray(CompletableFuture<?>[]::new))
            .thenApply((done) -> combined(reads.stream().map(CompletableFuture::join).toList(), isMirror(driver)));
    }

    private static Expiry combined(List<Expiry> expiries, boolean mirror) {
        Comparator<Expiry> shortestFirst = Comparator
            .comparing((expiry) -> Objects.requireNonNullElse(expiry.after(), Duration.ofSeconds(Long.MAX_VALUE)));
        Stream<Expiry> unknown = expiries.stream().filter((expiry) -> !expiry.known());
        Stream<Expiry> never = expiries.stream().filter((expiry) -> expiry.known() && expiry.after() == null);
        Stream<Expiry> decisive = mirror ? Stream.concat(never, unknown) : unknown;
        return decisive.findFirst()
            .orElseGet(
                    () -> mirror ? Collections.max(expiries, shortestFirst) : Collections.min(expiries, shortestFirst));
    }

}
