package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.KeySpace;
import io.github.claimcheck.temporal.driver.ObjectKey;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import java.util.List;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Storage drivers on S3, for tests in other packages. */
public final class S3TestDrivers {

    private S3TestDrivers() {
    }

    /** Returns a driver with the defaults. It leaves the client open. */
    public static ContentAddressedStorageDriver of(S3AsyncClient client, String bucket) {
        return new ContentAddressedStorageDriver(S3ObjectStore.DRIVER_TYPE, S3ObjectStore.DRIVER_TYPE, Long.MAX_VALUE,
                "max-payload-size", new S3ObjectStore(client, false, (context, payload) -> bucket, "",
                        OwnPlaces.withKeyPrefixes("", List.of()), uploads(client)));
    }

    /** Returns the keys of a namespace. */
    static KeySpace keys(String keyPrefix, String namespace) {
        return KeySpace.of(keyPrefix, namespace, (target) -> ObjectKey.of(target, "", Integer.MAX_VALUE));
    }

    /** Returns how a client uploads with the defaults. */
    static S3Uploads uploads(S3AsyncClient client) {
        return new S3Uploads(client, S3Encryption.BUCKET_DEFAULT, S3UploadChecksum.SHA256, true, true);
    }

}
