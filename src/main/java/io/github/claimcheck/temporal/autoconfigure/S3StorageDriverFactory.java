package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.s3.S3BucketResolver;
import io.github.claimcheck.temporal.driver.s3.S3Encryption;
import io.github.claimcheck.temporal.driver.s3.S3ObjectStore;
import io.temporal.payload.storage.StorageDriver;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** Makes S3 drivers, on the application's client or on one made from the properties. */
final class S3StorageDriverFactory implements StorageDriverFactory<S3StorageDriverProperties> {

    private static final Log logger = LogFactory.getLog(S3StorageDriverFactory.class);

    private static final String MULTI_REGION_SIGNER = "software.amazon.awssdk.http.auth.aws.crt.HttpAuthAwsCrt";

    private static final String ACCESS_POINT = "arn:[^:]+:s3[^:]*:[^:]*:[^:]*:(accesspoint|outpost)[:/].+";

    private final ApplicationBean<S3AsyncClient> client;

    private final ApplicationBean<S3BucketResolver> bucketResolver;

    private final ObjectProvider<S3AsyncClientBuilderCustomizer> customizers;

    private final DriverResources resources;

    S3StorageDriverFactory(ApplicationBean<S3AsyncClient> client, ApplicationBean<S3BucketResolver> bucketResolver,
            ObjectProvider<S3AsyncClientBuilderCustomizer> customizers, DriverResources resources) {
        this.client = client;
        this.bucketResolver = bucketResolver;
        this.customizers = customizers;
        this.resources = resources;
    }

    @Override
    public String getType() {
        return "s3";
    }

    @Override
    public S3StorageDriverProperties newProperties() {
        return new S3StorageDriverProperties();
    }

    @Override
    public StorageDriver create(String prefix, S3StorageDriverProperties properties) {
        S3BucketResolver buckets = bucketResolver(prefix, properties);
        S3Encryption encryption = encryption(prefix, properties.getServerSideEncryption());
        S3AsyncClient applicationClient = this.client.find(prefix + ".client", properties.getClient());
        if (applicationClient != null) {
            warnOfUnusedProperties(prefix, properties);
        }
        S3AsyncClient usedClient = (applicationClient != null) ? applicationClient
                : S3Clients.create(prefix, properties, this.resources.limiter().getMaxTransfers(),
                        this.customizers.orderedStream());
        S3ObjectStore store = new S3ObjectStore(usedClient, applicationClient == null, buckets,
                StorageDriverPropertyRules.keyPrefix(prefix, properties.getKeyPrefix()), encryption);
        return new ContentAddressedStorageDriver(properties.getName(), S3ObjectStore.DRIVER_TYPE,
                properties.getMaxPayloadSize().toBytes(), prefix + ".max-payload-size", store, this.resources);
    }

    private S3BucketResolver bucketResolver(String prefix, S3StorageDriverProperties properties) {
        String bucket = properties.getBucket();
        S3BucketResolver resolver = this.bucketResolver.find(prefix + ".bucket-resolver",
                properties.getBucketResolver());
        if (resolver != null) {
            if (StringUtils.hasText(bucket)) {
                logger.warn("The application's S3BucketResolver bean chooses the bucket of each payload, so that "
                        + prefix + ".bucket has no effect");
            }
            return resolver;
        }
        if (!StringUtils.hasText(bucket)) {
            throw new ExternalStorageConfigurationException(prefix + " has no bucket.",
                    "Set " + prefix + ".bucket to the name of a bucket, an access point ARN or a Multi-Region Access "
                            + "Point ARN; or declare an S3BucketResolver bean that chooses one for each payload"
                            + (this.bucketResolver.names().isEmpty() ? "."
                                    : ", or set " + prefix + ".bucket-resolver to one of: "
                                            + String.join(", ", this.bucketResolver.names()) + "."));
        }
        if (!bucket.matches(bucket.startsWith("arn:") ? ACCESS_POINT : "[A-Za-z0-9._-]+")) {
            throw new ExternalStorageConfigurationException(
                    prefix + ".bucket is " + bucket + ", which is neither a bucket's name nor the ARN of an access "
                            + "point.",
                    "Set " + prefix + ".bucket to the bucket's name alone, without s3:// or arn:aws:s3:::, and without "
                            + "a path. A path goes into " + prefix + ".key-prefix.");
        }
        if (isMultiRegionAccessPoint(bucket) && !ClassUtils.isPresent(MULTI_REGION_SIGNER, null)) {
            throw new ExternalStorageConfigurationException(
                    prefix + ".bucket is a Multi-Region Access Point, whose requests are signed with SigV4A. The AWS "
                            + "SDK needs a module for that which is not on the class path.",
                    "Add the dependency software.amazon.awssdk:http-auth-aws-crt, in the version of "
                            + "software.amazon.awssdk:s3.");
        }
        return (context, payload) -> bucket;
    }

    /** The form is {@code arn:aws:s3::ACCOUNT:accesspoint/ALIAS.mrap}: an access point without a region. */
    private static boolean isMultiRegionAccessPoint(String bucket) {
        return bucket.matches("arn:[^:]*:s3::[^:]*:accesspoint[:/].+");
    }

    private static S3Encryption encryption(String prefix, S3StorageDriverProperties.ServerSideEncryption properties) {
        String keyId = StringUtils.hasText(properties.getKmsKeyId()) ? properties.getKmsKeyId() : null;
        if (!StringUtils.hasText(properties.getType())) {
            return (keyId != null) ? new S3Encryption(ServerSideEncryption.AWS_KMS, keyId)
                    : S3Encryption.BUCKET_DEFAULT;
        }
        ServerSideEncryption type = switch (properties.getType().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "")) {
            case "aes256", "sses3" -> ServerSideEncryption.AES256;
            case "awskms", "ssekms" -> ServerSideEncryption.AWS_KMS;
            case "awskmsdsse", "dssekms" -> ServerSideEncryption.AWS_KMS_DSSE;
            default -> throw new ExternalStorageConfigurationException(
                    prefix + ".server-side-encryption.type is " + properties.getType() + ", which S3 does not have.",
                    "Set " + prefix + ".server-side-encryption.type to AES256 (SSE-S3), aws:kms (SSE-KMS) or "
                            + "aws:kms:dsse, or remove it for the bucket's own setting.");
        };
        if (type == ServerSideEncryption.AES256 && keyId != null) {
            throw new ExternalStorageConfigurationException(
                    prefix + ".server-side-encryption names a KMS key, and AES256 as the type, which uses none.",
                    "Set " + prefix + ".server-side-encryption.type to aws:kms, or remove " + prefix
                            + ".server-side-encryption.kms-key-id.");
        }
        return new S3Encryption(type, keyId);
    }

    private static void warnOfUnusedProperties(String prefix, S3StorageDriverProperties properties) {
        Map<String, Function<S3StorageDriverProperties, @Nullable Object>> ofTheClient = new LinkedHashMap<>();
        ofTheClient.put("region", S3StorageDriverProperties::getRegion);
        ofTheClient.put("endpoint", S3StorageDriverProperties::getEndpoint);
        ofTheClient.put("path-style-access", S3StorageDriverProperties::isPathStyleAccess);
        ofTheClient.put("credentials", (each) -> each.getCredentials().getAccessKeyId());
        ofTheClient.put("api-call-timeout", S3StorageDriverProperties::getApiCallTimeout);
        ofTheClient.put("api-call-attempt-timeout", S3StorageDriverProperties::getApiCallAttemptTimeout);
        StorageDriverPropertyRules.warnOfUnused("S3AsyncClient", prefix, properties, new S3StorageDriverProperties(),
                ofTheClient);
    }

}
