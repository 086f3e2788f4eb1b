package io.github.claimcheck.temporal.audit;

import io.github.claimcheck.temporal.driver.AuditedObject;
import io.github.claimcheck.temporal.driver.AuditedObject.State;
import io.github.claimcheck.temporal.driver.CompositeStorageDriver;
import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
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
import java.util.concurrent.CompletableFuture;

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

    /** Returns a future with the state of a reference's object, which does not fail. */
    CompletableFuture<AuditedReference> audit(FoundReference found) {
        StorageReference reference;
        try {
            reference = StorageReference.from(found.payload());
        }
        catch (IllegalArgumentException ex) {
            return CompletableFuture.completedFuture(
                    audited(found, "", List.of(new AuditedObject("", "", State.REFUSED, "The reference cannot be read: "
                            + Quoted.of(ex.getMessage()) + ". Find out who wrote it to the history"))));
        }
        String driver = Quoted.of(reference.driverName());
        return this.asked.computeIfAbsent(reference, this::ask).thenApply((objects) -> audited(found, driver, objects));
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
            return Transfers.one(() -> inspectable.audit(claim), (object, failure) -> {
                Transfers.rethrow(failure);
                return List.of(object);
            });
        }
        if (driver instanceof CompositeStorageDriver composite) {
            return askDelegates(composite, claim);
        }
        return Transfers.one(() -> driver.retrieve(ExternalStorageApi.retrieveContext(), List.of(claim)),
                (payloads, failure) -> List.of(AuditedObject.of(driver.getName(), "", failure)));
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
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
            .thenApply((done) -> asked.stream().flatMap((objects) -> objects.join().stream()).toList());
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
