package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.ObjectKey;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.internal.ClientSettings;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Diagnoses error responses of S3 and of S3-compatible stores, whose codes differ.
 *
 * @param client names the settings of the client
 * @param checksum which checksum uploads include
 * @param resolved whether the application's bean resolves buckets
 */
record S3Diagnosis(ClientSettings client, S3UploadChecksum checksum, boolean resolved) {

    /** Codes of a response with status 404 that are not about the object. */
    private static final Pattern OTHER_RESOURCE = Pattern
        .compile("(?i).*(bucket|account|user|tenant|project|container|access ?point|upload).*");

    private static final Pattern DENIED_ACTION = Pattern.compile("not authorized to perform: ([\\w-]+:\\w+)");

    private static final int MAX_SEGMENT_LENGTH = 255;

    /**
     * Returns whether an error response to a download says that the object does not
     * exist.
     */
    static boolean isMissingObject(S3Exception refused) {
        return refused.statusCode() == 404 && !OTHER_RESOURCE.matcher(code(refused)).matches();
    }

    /** Returns the error code; empty if there is none. */
    static String code(S3Exception refused) {
        String code = (refused.awsErrorDetails() != null) ? refused.awsErrorDetails().errorCode() : null;
        return (code != null) ? code : "";
    }

    Diagnosis of(Operation operation, Map<String, String> location, S3Exception refused) {
        String code = code(refused);
        return switch (code) {
            case "NoSuchBucket", "NoSuchAccessPoint", "NoSuchMultiRegionAccessPoint" -> noBucket();
            case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired",
                    "InvalidSecurity", "NoSuchUser" ->
                wrongCredentials();
            case "RequestTimeTooSkewed", "RequestExpired" ->
                new Diagnosis(Kind.DENIED, "Correct this machine's clock: it differs too much from that of the store");
            case "AccountProblem", "AllAccessDisabled", "AccountDisabled", "AccountSuspended", "UserSuspended",
                    "NotSignedUp" ->
                new Diagnosis(Kind.DENIED, "The store has disabled the account or the bucket. Ask its provider why");
            case "InvalidObjectState" -> new Diagnosis(Kind.OTHER,
                    "The object is in an archive tier. Restore it, and remove lifecycle and tiering rules that archive "
                            + "payloads");
            case "SlowDown", "ServerBusy", "Busy", "BandwidthLimitExceeded", "TooManyRequests",
                    "KMS.ThrottlingException", "RequestLimitExceeded", "XMinioServerBusy" ->
                new Diagnosis(Kind.THROTTLED, null);
            case "QuotaExceeded", "StorageQuotaExceeded", "InsufficientStorage", "InsufficientCapacity", "StorageFull",
                    "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "cap_exceeded", "StorageCapExceeded" ->
                full();
            case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException",
                    "IncorrectEndpoint" ->
                new Diagnosis(Kind.OTHER,
                        "Set " + this.client.name("region property", "region") + " to the bucket's region");
            case "KeyTooLongError", "KeyTooLong", "XMinioInvalidObjectName" ->
                keyTooLong(ObjectStore.require(location, ObjectStore.KEY));
            case "EntityTooLarge", "MaxMessageLengthExceeded", "XMinioEntityTooLarge" -> tooLarge();
            case "BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch" ->
                new Diagnosis(Kind.OTHER, "The store received other bytes than the driver sent. If they were not "
                        + "corrupted on the way, the client changes them, for instance to encrypt or compress them. "
                        + "Use a client that does not, and a Temporal PayloadCodec for this purpose");
            case "RequestTimeout" -> new Diagnosis(Kind.TIMED_OUT, null);
            default -> code.startsWith("KMS.") || code.startsWith("KMSInvalid") ? key()
                    : ofStatus(operation, location, refused);
        };
    }

    private Diagnosis ofStatus(Operation operation, Map<String, String> location, S3Exception refused) {
        int status = refused.statusCode();
        if (refused.isThrottlingException()) {
            return new Diagnosis(Kind.THROTTLED, null);
        }
        if (operation == Operation.STORE && (status == 400 || status == 501)) {
            return refusedHeader(String.valueOf(refused.getMessage()).toLowerCase(Locale.ROOT), status);
        }
        return switch (status) {
            case 401 -> wrongCredentials();
            case 403 -> isDenial(code(refused))
                    ? denied(operation, ObjectStore.require(location, S3ObjectStore.BUCKET), refused)
                    : new Diagnosis(Kind.DENIED, null);
            case 404 -> noBucket();
            case 405, 501 -> new Diagnosis(Kind.OTHER, notS3());
            case 407 -> proxy();
            case 408 -> new Diagnosis(Kind.TIMED_OUT, null);
            case 413 -> tooLarge();
            case 507 -> full();
            default -> (status >= 500) ? new Diagnosis(Kind.UNREACHABLE, null)
                    : (status >= 300 && status < 400) ? redirected() : Diagnosis.UNKNOWN;
        };
    }

    /** Returns whether a code of a response with status 403 is about a permission. */
    static boolean isDenial(String code) {
        return code.isEmpty() || code.startsWith("AccessDenied") || code.contains("Forbidden") || code.equals("403");
    }

    private Diagnosis denied(Operation operation, String bucket, S3Exception refused) {
        String resource = bucket.startsWith("arn:") ? bucket + "/object/*" : "arn:aws:s3:::" + bucket + "/*";
        if (operation == Operation.STORE) {
            return new Diagnosis(Kind.DENIED, "Grant the credentials the permission s3:PutObject on " + resource
                    + " (and kms:GenerateDataKey if the bucket is encrypted with KMS)");
        }
        // AWS says which action its policies do not allow; other stores do not. To list
        // is
        // only needed to learn that an object is missing.
        Matcher action = DENIED_ACTION.matcher(String.valueOf(refused.getMessage()));
        boolean exists = action.find() && !action.group(1).startsWith("s3:List");
        return new Diagnosis(exists ? Kind.DENIED : Kind.DENIED_OR_MISSING,
                "Grant the credentials the permission s3:GetObject on " + resource
                        + " (and kms:Decrypt if the bucket is encrypted with KMS). Without s3:ListBucket, S3 also "
                        + "responds like this if the object does not exist");
    }

    private Diagnosis wrongCredentials() {
        return new Diagnosis(Kind.DENIED,
                "S3 rejected the credentials. Check " + this.client
                    .name("credentials.access-key-id and credentials.secret-access-key, or those of the AWS "
                            + "default credentials provider chain", "credentials"));
    }

    private Diagnosis noBucket() {
        return new Diagnosis(Kind.NO_BUCKET, "If the bucket was deleted, restore it; otherwise create it, or correct "
                + (this.resolved ? "the application's S3BucketResolver bean" : "the driver's bucket property"));
    }

    /** The SDK's Netty client has the same proxy settings for all schemes. */
    private Diagnosis proxy() {
        return new Diagnosis(Kind.UNREACHABLE,
                "A proxy requires credentials. " + ((this.client.bean() != null)
                        ? "Set " + this.client.name("proxy configuration")
                        : "Set the system properties http.proxyUser and http.proxyPassword, or the proxy configuration "
                                + "of the HTTP client in an S3AsyncClientBuilderCustomizer bean"));
    }

    private Diagnosis refusedHeader(String message, int status) {
        if (message.contains("server-side-encryption") || message.contains("server side encryption")) {
            return new Diagnosis(Kind.OTHER,
                    "Set the driver's server-side-encryption.type to one that the store supports, or remove it");
        }
        boolean checksums = message.contains("checksum") || message.contains("content-md5");
        // The AWS SDK sends its checksum in a trailer, in a body of chunks.
        boolean trailers = message.contains("trailer") || message.contains("chunked")
                || message.contains("x-amz-content-sha256");
        if (this.checksum == S3UploadChecksum.SDK && (checksums || trailers || status == 501)) {
            return new Diagnosis(Kind.OTHER, "If the store does not support the AWS SDK's checksums of uploads, set "
                    + "the driver's upload-checksum to sha256 or none");
        }
        if (this.checksum == S3UploadChecksum.SHA256 && (checksums || status == 501)) {
            return new Diagnosis(Kind.OTHER, "If the store does not support the x-amz-checksum-sha256 of uploads, set "
                    + "the driver's upload-checksum to none");
        }
        if (message.contains("object lock")) {
            return new Diagnosis(Kind.OTHER,
                    "The bucket requires a checksum. Set the driver's upload-checksum to sha256, "
                            + "and use a client that does not split uploads");
        }
        if (this.client.bean() != null && (checksums || status == 501)) {
            return new Diagnosis(Kind.OTHER, "The store does not support what the application's " + this.client.bean()
                    + " bean adds to uploads, such as checksums and parts. Set its requestChecksumCalculation to "
                    + "WHEN_REQUIRED, or its multipartEnabled to false");
        }
        return (status == 501) ? new Diagnosis(Kind.OTHER, notS3()) : Diagnosis.UNKNOWN;
    }

    private static Diagnosis keyTooLong(String key) {
        int length = ObjectKey.length(key);
        if (length > ObjectKey.MAX_LENGTH) {
            return new Diagnosis(Kind.REFUSED, "The key is " + length + " bytes long, but S3 allows "
                    + ObjectKey.MAX_LENGTH + ". Use a shorter namespace or key-prefix");
        }
        int segment = 0;
        for (String each : key.split("/")) {
            segment = Math.max(segment, ObjectKey.length(each));
        }
        return new Diagnosis(Kind.REFUSED,
                "The key is " + length + " bytes long, which S3 allows, but this store does " + "not. "
                        + ((segment > MAX_SEGMENT_LENGTH) ? "Its longest part between slashes is " + segment
                                + " bytes long, and stores that keep " + "objects as files often allow "
                                + MAX_SEGMENT_LENGTH + ". " : "")
                        + "Use shorter workflow ids and types, a shorter namespace or key-prefix, or another store");
    }

    private static Diagnosis tooLarge() {
        return new Diagnosis(Kind.REFUSED, "The store, or a proxy before it, does not accept objects of this size. "
                + "Increase its limit, or lower the driver's max-payload-size");
    }

    private static Diagnosis full() {
        return new Diagnosis(Kind.THROTTLED, "The store is full or its quota is used up. Increase the quota or the "
                + "capacity, or delete what is no longer needed");
    }

    private static Diagnosis key() {
        return new Diagnosis(Kind.OTHER, "Check the KMS key of the object or the bucket: it must exist in the bucket's "
                + "region, be enabled, and not be scheduled for deletion");
    }

    private Diagnosis redirected() {
        return new Diagnosis(Kind.OTHER, "The driver follows no redirects, which could lead payloads elsewhere. Set "
                + this.client.name("endpoint and region") + " to those of the store itself");
    }

    private @Nullable String notS3() {
        return "Check that " + this.client.name("endpoint") + " is that of the S3 API, not of a console or a website";
    }

}
