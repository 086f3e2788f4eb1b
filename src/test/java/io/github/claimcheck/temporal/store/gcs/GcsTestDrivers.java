package io.github.claimcheck.temporal.store.gcs;

import com.google.cloud.storage.Storage;
import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import java.time.Duration;
import java.util.List;

/** Storage drivers on Google Cloud Storage, for tests in other packages. */
public final class GcsTestDrivers {

    private GcsTestDrivers() {
    }

    /** Returns a driver with the defaults, with a client of the application. */
    public static ContentAddressedStorageDriver of(Storage client, String bucket) {
        return new ContentAddressedStorageDriver(GcsObjectStore.DRIVER_TYPE, GcsObjectStore.DRIVER_TYPE, Long.MAX_VALUE,
                "max-payload-size", new GcsObjectStore(GcsClient.of(client), bucket, "",
                        OwnPlaces.withKeyPrefixes("", List.of()), Duration.ofMinutes(1)));
    }

}
