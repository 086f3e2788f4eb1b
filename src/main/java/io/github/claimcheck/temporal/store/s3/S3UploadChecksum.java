package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import java.util.Locale;

/** Which checksum an upload includes, so that S3 rejects it if its bytes differ. */
enum S3UploadChecksum {

    /** The payload's SHA-256, which the driver has computed anyway. */
    SHA256,

    /** Whatever the client adds by itself: the AWS SDK a CRC32, unless configured. */
    SDK,

    /** None, unless the application's own client adds one. */
    NONE;

    static S3UploadChecksum of(StorageDriverProperty property, String value) {
        return switch (value.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "")) {
            case "", "sha256", "true" -> SHA256;
            case "sdk" -> SDK;
            case "none", "false" -> NONE;
            default -> throw property.invalid(value, "is not a valid checksum of uploads", "Set " + property
                    + " to sha256, to sdk for the AWS SDK's default, or to none for stores that refuse both.");
        };
    }

}
