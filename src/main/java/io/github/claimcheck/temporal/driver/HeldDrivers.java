package io.github.claimcheck.temporal.driver;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The drivers that a driver holds, and the claims that it makes of theirs: for each driver that has the payload, an
 * entry with the driver's name, whose value is its claim data as a JSON object. So a driver that holds others can be
 * held by a third.
 */
final class HeldDrivers {

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();

    private static final JsonFormat.Parser PARSER = JsonFormat.parser();

    private final String holder;

    private final Map<String, StorageDriver> byName = new LinkedHashMap<>();

    HeldDrivers(String holder, List<StorageDriver> drivers) {
        this.holder = holder;
        drivers.forEach((driver) -> this.byName.put(driver.getName(), driver));
    }

    List<StorageDriver> asList() {
        return new ArrayList<>(this.byName.values());
    }

    StorageDriverClaim claim(Map<StorageDriver, StorageDriverClaim> claims) {
        Map<String, String> data = new HashMap<>();
        claims.forEach((driver, claim) -> data.put(driver.getName(), print(claim)));
        return new StorageDriverClaim(data);
    }

    /** Returns the claims of the drivers that are held, in the order of these. */
    Map<StorageDriver, StorageDriverClaim> claims(StorageDriverClaim claim) {
        Map<StorageDriver, StorageDriverClaim> claims = new LinkedHashMap<>();
        this.byName.forEach((name, driver) -> {
            String data = claim.getClaimData().get(name);
            if (data != null) {
                claims.put(driver, parse(data));
            }
        });
        if (claims.isEmpty()) {
            throw new StorageDriverException("Storage driver '" + this.holder + "' could not retrieve a payload that "
                    + claim.getClaimData().keySet() + " has, since it holds " + this.byName.keySet()
                    + ". Was a driver renamed or taken out? Add it again, as the last one.", null);
        }
        return claims;
    }

    private static String print(StorageDriverClaim claim) {
        Struct.Builder data = Struct.newBuilder();
        claim.getClaimData()
            .forEach((entry, value) -> data.putFields(entry, Value.newBuilder().setStringValue(value).build()));
        try {
            return PRINTER.print(data);
        }
        catch (InvalidProtocolBufferException ex) {
            throw new IllegalStateException("A message of strings can be printed", ex);
        }
    }

    private StorageDriverClaim parse(String json) {
        Struct.Builder data = Struct.newBuilder();
        try {
            PARSER.merge(json, data);
        }
        catch (InvalidProtocolBufferException ex) {
            throw new StorageDriverException("Storage driver '" + this.holder + "' could not retrieve a payload: its "
                    + "claim holds no JSON objects", ex);
        }
        Map<String, String> entries = new HashMap<>();
        data.getFieldsMap().forEach((entry, value) -> entries.put(entry, value.getStringValue()));
        return new StorageDriverClaim(entries);
    }

}
