package io.github.claimcheck.temporal.audit;

import io.github.claimcheck.temporal.driver.AuditedObject;
import io.github.claimcheck.temporal.driver.AuditedObject.State;
import io.github.claimcheck.temporal.driver.CompositeStorageDriver;
import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.internal.ExternalStorageApi;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.internal.Transfers;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Asks the driver of each reference for the state of its object. Asks once for each
 * object, however many references lead to it. Belongs to one audit, and is not
 * thread-safe.
 */
final class ReferenceAuditor {

    private final Map<String, StorageDriver> drivers = new HashMap<>();

    private final Map<StorageReference, CompletableFuture<List<AuditedObject>>> asked = new HashMap<>();

    ReferenceAuditor(Collection<StorageDriver> drivers) {
        drivers.stream()
            .map(DelegatingStorageDriver::unwrap)
            .forEach((driver) -> this.drivers.putIfAbsent(driver.getName(), driver));
    }

    /**
     * Returns a future with the state of a reference's object. It does not fail, unless
     * it is cancelled, which also ends the transfer.
     */
    CompletableFuture<AuditedReference> audit(FoundReference found) {
        StorageReference reference;
        try {
            reference = StorageReference.from(found.payload());
        }
        catch (IllegalArgumentException ex) {
            return CompletableFuture.completedFuture(unanswered(found, State.REFUSED, "The reference cannot be read: "
                    + Quoted.of(ex.getMessage()) + ". Find out who wrote it to the history"));
        }
        String driver = Quoted.of(reference.driverName());
        return Transfers.one(() -> this.asked.computeIfAbsent(reference, this::ask), (objects, failure) -> {
            Transfers.rethrow(failure);
            return audited(found, driver, objects);
        });
    }

    /** Returns a reference whose object no driver was asked for, or told nothing of. */
    AuditedReference unanswered(FoundReference found, State state, String detail) {
        StorageReference reference;
        try {
            reference = StorageReference.from(found.payload());
        }
        catch (IllegalArgumentException ex) {
            return audited(found, "", List.of(new AuditedObject("", "", state, detail)));
        }
        String name = Quoted.of(reference.driverName());
        String place = (this.drivers.get(reference.driverName()) instanceof InspectableStorageDriver driver)
                ? driver.describe(reference.claim()) : "";
        return audited(found, name, List.of(new AuditedObject(name, place, state, detail)));
    }

    private CompletableFuture<List<AuditedObject>> ask(StorageReference reference) {
        StorageDriver driver = this.drivers.get(reference.driverName());
        if (driver == null) {
            String name = Quoted.of(reference.driverName());
            return CompletableFuture.completedFuture(List.of(new AuditedObject(name, "", State.UNKNOWN_DRIVER,
                    "The application has no storage driver named '" + name + "', but " + this.drivers.keySet()
                            + ". If the driver was renamed, set the name property of a driver to the former name")));
        }
        return ask(driver, reference.claim());
    }

    private static CompletableFuture<List<AuditedObject>> ask(StorageDriver driver, StorageDriverClaim claim) {
        if (driver instanceof InspectableStorageDriver inspectable) {
            return Transfers.one(() -> inspectable.audit(claim), (object, failure) -> List
                .of((failure != null) ? AuditedObject.of(driver.getName(), "", failure) : object));
        }
        if (driver instanceof CompositeStorageDriver composite) {
            return askDelegates(composite, claim);
        }
        return Transfers.one(
                () -> Objects.requireNonNull(driver.retrieve(ExternalStorageApi.retrieveContext(), List.of(claim)),
                        "The storage driver returned no future"),
                (payloads, failure) -> List
                    .of(AuditedObject.of(driver.getName(), "", (failure != null) ? failure : flaw(driver, payloads))));
    }

    /** Returns the failure of a driver that did not return one payload. */
    private static @Nullable Throwable flaw(StorageDriver driver, @Nullable List<?> payloads) {
        return (payloads != null && payloads.size() == 1 && payloads.get(0) != null) ? null
                : new StorageDriverException("Storage driver '" + driver.getName()
                        + "' reported success, but did not return one payload. Correct that driver.", null);
    }

    private static CompletableFuture<List<AuditedObject>> askDelegates(CompositeStorageDriver composite,
            StorageDriverClaim claim) {
        Map<StorageDriver, StorageDriverClaim> copies;
        try {
            copies = composite.getCopies(claim);
        }
        catch (RuntimeException ex) {
            return CompletableFuture.completedFuture(List.of(AuditedObject.of(composite.getName(), "", ex)));
        }
        List<CompletableFuture<List<AuditedObject>>> asked = copies.entrySet()
            .stream()
            .map((copy) -> ask(DelegatingStorageDriver.unwrap(copy.getKey()), copy.getValue()))
            .toList();
        CompletableFuture<List<AuditedObject>> all = CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
            .thenApply((done) -> asked.stream().flatMap((objects) -> objects.join().stream()).toList());
        asked.forEach((copy) -> Transfers.cancelWith(all, copy));
        return all;
    }

    private static AuditedReference audited(FoundReference found, String driver, List<AuditedObject> objects) {
        AuditedObject best = objects.stream().min(Comparator.comparing(AuditedObject::state)).orElseThrow();
        boolean copies = objects.size() > 1;
        long damaged = objects.stream().filter((object) -> object.state() != State.PRESENT).count();
        String detail = (copies && best.state() == State.PRESENT && damaged > 0)
                ? damaged + " of " + objects.size() + " copies are not as stored" : best.detail();
        return new AuditedReference(found.eventId(), found.eventType(), found.field(), found.size(), driver,
                best.place(), best.state(), detail, (copies || !best.driver().equals(driver)) ? objects : List.of());
    }

}
