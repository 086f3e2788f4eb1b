package io.github.claimcheck.temporal.store.composite;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.PayloadRefusedException;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.internal.ClaimBounds;
import io.github.claimcheck.temporal.internal.Quoted;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The delegates of a composite driver, and the conversion of their claims to the driver's
 * own. A composite claim has an entry for each delegate that has the payload: the key is
 * the delegate's name, and the value its claim data as a JSON object. A composite driver
 * can itself be a delegate. Immutable.
 */
final class Delegates {

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();

    private static final JsonFormat.Parser PARSER = JsonFormat.parser();

    private final String composite;

    private final Map<String, StorageDriver> byName = new LinkedHashMap<>();

    /**
     * Creates an instance.
     * @param composite the name of the composite driver, for exceptions
     * @param delegates the delegates in order, with distinct names
     */
    Delegates(String composite, List<StorageDriver> delegates) {
        this.composite = composite;
        delegates.forEach((delegate) -> this.byName.put(delegate.getName(), delegate));
    }

    /**
     * Returns the failure of a delegate that did not return one result for each item,
     * although it reported no failure; null if it did.
     */
    static @Nullable StorageDriverException incomplete(StorageDriver delegate, int items, @Nullable List<?> results) {
        boolean complete = results != null && results.size() == items && results.stream().noneMatch(Objects::isNull);
        return complete ? null
                : new StorageDriverException(
                        "Storage driver '" + delegate.getName() + "' reported success, but returned "
                                + ((results != null) ? results.stream().filter(Objects::nonNull).count() : "no")
                                + " results for " + items + " payloads. Correct that driver.",
                        null);
    }

    List<StorageDriver> asList() {
        return List.copyOf(this.byName.values());
    }

    StorageDriverClaim claim(Map<StorageDriver, StorageDriverClaim> claims) {
        Map<String, String> data = new HashMap<>();
        claims.forEach((delegate, claim) -> data.put(delegate.getName(), print(claim)));
        return requireReadable(new StorageDriverClaim(data));
    }

    /** Rejects a claim that would be rejected on retrieval, before it is in history. */
    private StorageDriverClaim requireReadable(StorageDriverClaim claim) {
        try {
            ClaimBounds.require(claim);
            return claim;
        }
        catch (IllegalArgumentException ex) {
            throw new PayloadRefusedException("Storage driver '" + this.composite
                    + "' could not store a payload, because of its delegates' claims: " + ex.getMessage(), ex);
        }
    }

    /**
     * Returns the delegates' claims in a composite claim, in the order of the delegates,
     * and at least one.
     */
    Map<StorageDriver, StorageDriverClaim> claims(StorageDriverClaim claim) {
        requireBounds(claim);
        Map<StorageDriver, StorageDriverClaim> claims = new LinkedHashMap<>();
        this.byName.forEach((name, delegate) -> {
            String data = claim.getClaimData().get(name);
            if (data != null) {
                claims.put(delegate, parse(data));
            }
        });
        if (claims.isEmpty()) {
            throw new ClaimRefusedException("Storage driver '" + this.composite + "' could not retrieve a payload: the "
                    + "claim names the delegates " + Quoted.of(claim.getClaimData().keySet())
                    + ", but the driver's delegates are " + this.byName.keySet()
                    + ". If a delegate was renamed or removed, add it again as the last one.", null);
        }
        return claims;
    }

    private void requireBounds(StorageDriverClaim claim) {
        try {
            ClaimBounds.require(claim);
        }
        catch (IllegalArgumentException ex) {
            throw new ClaimRefusedException(
                    "Storage driver '" + this.composite + "' could not retrieve a payload: " + ex.getMessage(), null);
        }
    }

    private static String print(StorageDriverClaim claim) {
        Struct.Builder data = Struct.newBuilder();
        claim.getClaimData()
            .forEach((entry, value) -> data.putFields(entry, Value.newBuilder().setStringValue(value).build()));
        try {
            return PRINTER.print(data);
        }
        catch (InvalidProtocolBufferException ex) {
            throw new IllegalStateException("A message of strings is always printable", ex);
        }
    }

    private StorageDriverClaim parse(String json) {
        Struct.Builder data = Struct.newBuilder();
        try {
            PARSER.merge(json, data);
        }
        catch (InvalidProtocolBufferException ex) {
            throw new ClaimRefusedException("Storage driver '" + this.composite + "' could not retrieve a payload: its "
                    + "claim does not contain JSON objects: " + Quoted.of(ex.getMessage()), null);
        }
        Map<String, String> entries = new HashMap<>();
        data.getFieldsMap().forEach((entry, value) -> entries.put(entry, value.getStringValue()));
        return new StorageDriverClaim(entries);
    }

}
