package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import io.github.claimcheck.temporal.spi.ApplicationBean;
import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverFactory;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * Creates S3 stores with the application's client, or with one created from the
 * properties.
 */
final class S3StorageDriverFactory implements ContentAddressedStorageDriverFactory<S3StorageDriverProperties> {

    private static final Log logger = LogFactory.getLog(S3StorageDriverFactory.class);

    private static final String MULTI_REGION_SIGNER = "software.amazon.awssdk.http.auth.aws.crt.HttpAuthAwsCrt";

    private static final String ACCESS_POINT = "arn:[^:]+:s3[^:]*:[^:]*:[^:]*:(accesspoint|outpost)[:/].+";

    private final String type;

    private final ApplicationBean<S3AsyncClient> client;

    private final ApplicationBean<S3BucketResolver> bucketResolver;

    private final S3Clients.Beans clientBeans;

    private final ObjectProvider<S3AsyncClientBuilderCustomizer> customizers;

    S3StorageDriverFactory(String type, ApplicationBean<S3AsyncClient> client,
            ApplicationBean<S3BucketResolver> bucketResolver, S3Clients.Beans clientBeans,
            ObjectProvider<S3AsyncClientBuilderCustomizer> customizers) {
        this.type = type;
        this.client = client;
        this.bucketResolver = bucketResolver;
        this.clientBeans = clientBeans;
        this.customizers = customizers;
    }

    @Override
    public String getType() {
        return this.type;
    }

    @Override
    public S3StorageDriverProperties newProperties() {
        return new S3StorageDriverProperties();
    }

    @Override
    public ObjectStore createStore(StorageDriverId id, S3StorageDriverProperties properties,
            DriverResources resources) {
        Buckets buckets = buckets(id, properties);
        S3Encryption encryption = encryption(id, properties.getServerSideEncryption());
        String keyPrefix = id.property("key-prefix").requireKeyPrefix(properties.getKeyPrefix());
        OwnPlaces places = OwnPlaces
            .withKeyPrefixes(keyPrefix,
                    id.property("additional-key-prefixes").requireKeyPrefixes(properties.getAdditionalKeyPrefixes()))
            .inBuckets(S3ObjectStore.BUCKET, buckets.own(), "additional-buckets");
        S3UploadChecksum checksum = S3UploadChecksum.of(id.property("upload-checksum"), properties.getUploadChecksum());
        S3AsyncClient applicationClient = this.client.find(id.property("client"), properties.getClient());
        if (applicationClient != null) {
            this.client.warnOfUnused(id, properties, newProperties(), "region", "endpoint", "path-style-access",
                    "credentials.access-key-id", "credentials.secret-access-key", "credentials-provider", "ssl.bundle",
                    "api-call-timeout", "api-call-attempt-timeout");
            boolean expects = properties.isExpectContinue() || S3Uploads.isCrossRegion(applicationClient);
            return new S3ObjectStore(applicationClient, false, buckets.resolver(), keyPrefix, places, new S3Uploads(
                    applicationClient, encryption, checksum, checksum != S3UploadChecksum.NONE, !expects));
        }
        requireVirtualHostedArn(id, properties);
        S3AsyncClient newClient = S3Clients.create(id, properties, checksum, resources.limiter().getMaxTransfers(),
                this.clientBeans, this.customizers.orderedStream());
        return new S3ObjectStore(newClient, true, buckets.resolver(), keyPrefix, places,
                new S3Uploads(newClient, encryption, checksum, true, false));
    }

    private Buckets buckets(StorageDriverId id, S3StorageDriverProperties properties) {
        StorageDriverProperty property = id.property("bucket");
        StorageDriverProperty additional = id.property("additional-buckets");
        properties.getAdditionalBuckets().forEach((bucket) -> requireBucket(id, additional, bucket));
        Set<String> known = new HashSet<>(properties.getAdditionalBuckets());
        S3BucketResolver resolver = this.bucketResolver.find(id.property("bucket-resolver"),
                properties.getBucketResolver());
        if (resolver != null) {
            if (StringUtils.hasText(properties.getBucket())) {
                logger.warn("The application's S3BucketResolver bean resolves the bucket of each payload, so "
                        + property + " has no effect");
            }
            if (known.isEmpty() && !tellsOwnBuckets(resolver)) {
                throw additional.missing("Set " + additional + " to all buckets that the application's "
                        + "S3BucketResolver bean resolves: payloads are not retrieved from other buckets. Or override "
                        + "isOwnBucket in that bean.");
            }
            return new Buckets(resolver, (bucket) -> known.contains(bucket) || resolver.isOwnBucket(bucket));
        }
        String bucket = property.require(properties.getBucket(),
                "Set " + property
                        + " to a bucket name, an access point ARN or a Multi-Region Access Point ARN. Or declare "
                        + "an S3BucketResolver bean that resolves the bucket of each payload"
                        + (this.bucketResolver.names().isEmpty() ? "." : ", or set " + id.property("bucket-resolver")
                                + " to one of: " + String.join(", ", this.bucketResolver.names()) + "."));
        requireBucket(id, property, bucket);
        known.add(bucket);
        return new Buckets(new S3ObjectStore.OneBucket(bucket), known::contains);
    }

    private static boolean tellsOwnBuckets(S3BucketResolver resolver) {
        Method method = ReflectionUtils.findMethod(AopUtils.getTargetClass(resolver), "isOwnBucket", String.class);
        return method != null && method.getDeclaringClass() != S3BucketResolver.class;
    }

    private static void requireBucket(StorageDriverId id, StorageDriverProperty property, String bucket) {
        if (!bucket.matches(bucket.startsWith("arn:") ? ACCESS_POINT : "[A-Za-z0-9._-]+")) {
            throw property.invalid(bucket, "is not a valid bucket name or access point ARN",
                    "Set " + property + " to the bucket's name without s3://, arn:aws:s3::: or a path. For a path, set "
                            + id.property("key-prefix") + ".");
        }
        if (isMultiRegionAccessPoint(bucket) && !ClassUtils.isPresent(MULTI_REGION_SIGNER, null)) {
            throw new ExternalStorageConfigurationException(
                    property + " is a Multi-Region Access Point, whose requests are signed with SigV4A. The AWS SDK "
                            + "module for SigV4A is not on the class path.",
                    "Add the dependency software.amazon.awssdk:http-auth-aws-crt, in the same version as "
                            + "software.amazon.awssdk:s3.");
        }
    }

    /** The AWS SDK would reject every request. */
    private static void requireVirtualHostedArn(StorageDriverId id, S3StorageDriverProperties properties) {
        if (properties.isPathStyleAccess() && properties.getBucket() != null
                && properties.getBucket().startsWith("arn:")) {
            StorageDriverProperty pathStyle = id.property("path-style-access");
            throw new ExternalStorageConfigurationException(
                    pathStyle + " is true, but " + id.property("bucket")
                            + " is an ARN, which cannot be part of a path.",
                    "Remove " + pathStyle + ", or set " + id.property("bucket") + " to a bucket name.");
        }
    }

    /**
     * Returns whether a bucket is an access point ARN without a region, such as
     * {@code arn:aws:s3::ACCOUNT:accesspoint/ALIAS.mrap}.
     */
    private static boolean isMultiRegionAccessPoint(String bucket) {
        return bucket.matches("arn:[^:]*:s3::[^:]*:accesspoint[:/].+");
    }

    private static S3Encryption encryption(StorageDriverId id,
            S3StorageDriverProperties.ServerSideEncryption properties) {
        StorageDriverProperty property = id.property("server-side-encryption.type");
        String keyId = StringUtils.hasText(properties.getKmsKeyId()) ? properties.getKmsKeyId() : null;
        if (!StringUtils.hasText(properties.getType())) {
            return (keyId != null) ? new S3Encryption(ServerSideEncryption.AWS_KMS, keyId)
                    : S3Encryption.BUCKET_DEFAULT;
        }
        ServerSideEncryption type = switch (properties.getType().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "")) {
            case "aes256", "sses3" -> ServerSideEncryption.AES256;
            case "awskms", "ssekms" -> ServerSideEncryption.AWS_KMS;
            case "awskmsdsse", "dssekms" -> ServerSideEncryption.AWS_KMS_DSSE;
            default -> throw property.invalid(properties.getType(), "is not a valid type of server-side encryption",
                    "Set " + property
                            + " to AES256 (SSE-S3), aws:kms (SSE-KMS) or aws:kms:dsse (DSSE-KMS), or remove it "
                            + "to use the bucket's default.");
        };
        if (type == ServerSideEncryption.AES256 && keyId != null) {
            StorageDriverProperty key = id.property("server-side-encryption.kms-key-id");
            throw new ExternalStorageConfigurationException(
                    key + " is set, but " + property + " is AES256, which does not use a KMS key.",
                    "Set " + property + " to aws:kms, or remove " + key + ".");
        }
        return new S3Encryption(type, keyId);
    }

    /**
     * The buckets of a driver.
     *
     * @param resolver resolves the bucket of each stored payload
     * @param own whether payloads may be retrieved from a bucket
     */
    private record Buckets(S3BucketResolver resolver, Predicate<String> own) {

    }

}
