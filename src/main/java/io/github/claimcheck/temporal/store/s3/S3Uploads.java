package io.github.claimcheck.temporal.store.s3;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.internal.Md5;
import io.github.claimcheck.temporal.internal.Slices;
import io.github.claimcheck.temporal.internal.Transfers;
import io.github.claimcheck.temporal.internal.UnconfirmedUpload;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.SdkPlugin;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.DelegatingS3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * Uploads objects, and confirms from the response that S3 has stored them: an HTTP status
 * alone may come from something else that answers, or belong to another request.
 * <p>
 * Uploads have no {@code Expect: 100-continue}, unless configured. The SDK's HTTP client
 * takes a second interim response for the final one, and returns the final one to the
 * next request on that connection. Where no interim response comes, it waits until the
 * attempt times out. An application's own client, and customizers, decide on the header,
 * too, so it is removed from what they have made.
 * <p>
 * Immutable and thread-safe.
 */
final class S3Uploads {

    private static final String MULTIPART_CLIENT = "software.amazon.awssdk.services.s3.internal.multipart.MultipartS3AsyncClient";

    private static final SdkPlugin WITHOUT_EXPECT = (client) -> client
        .overrideConfiguration(withoutExpect(client.overrideConfiguration()));

    private final S3AsyncClient client;

    private final S3Encryption encryption;

    private final S3UploadChecksum checksum;

    private final boolean splits;

    private final boolean sendsItsInput;

    private final boolean removesExpect;

    /**
     * Creates an instance.
     * @param client the client. Of a client that splits uploads into parts, the one is
     * used that it sends them with: S3 verifies the SHA-256 only of whole uploads
     * @param encryption the server-side encryption to request
     * @param checksum which checksum uploads include. A client that splits them and is
     * hidden behind another one, or splits them natively, never sends their SHA-256
     * @param sendsItsInput whether the client sends the bytes that it is given, so that
     * an ETag can be compared with their MD5. An application's own may encrypt them
     * @param removesExpect whether to remove the header {@code Expect} from each upload,
     * which costs more than {@link #withoutExpect a client that does}
     */
    S3Uploads(S3AsyncClient client, S3Encryption encryption, S3UploadChecksum checksum, boolean sendsItsInput,
            boolean removesExpect) {
        this.client = unsplit(client);
        this.encryption = encryption;
        this.splits = isOf(this.client, "Multipart") || isOf(this.client, "Crt");
        this.checksum = checksum;
        this.sendsItsInput = sendsItsInput;
        this.removesExpect = removesExpect;
    }

    private static S3AsyncClient unsplit(S3AsyncClient client) {
        return (client instanceof DelegatingS3AsyncClient splitting
                && client.getClass().getName().equals(MULTIPART_CLIENT)
                && splitting.delegate() instanceof S3AsyncClient delegate) ? delegate : client;
    }

    /**
     * Returns a client's configuration with which no request has the header
     * {@code Expect}.
     * @param configuration the client's configuration
     */
    static ClientOverrideConfiguration withoutExpect(ClientOverrideConfiguration configuration) {
        return configuration.toBuilder().addExecutionInterceptor(new ExpectRemovingInterceptor()).build();
    }

    /**
     * Returns whether a client is sent to the bucket's region by S3's response, for which
     * an upload must wait before it sends its body.
     * @param client the client
     */
    static boolean isCrossRegion(S3AsyncClient client) {
        return isOf(client, "CrossRegion");
    }

    /** Returns whether a client, or one that it delegates to, is the SDK's of a kind. */
    private static boolean isOf(S3AsyncClient client, String kind) {
        SdkClient each = client;
        while (each instanceof DelegatingS3AsyncClient delegating) {
            if (each.getClass().getSimpleName().contains(kind)) {
                return true;
            }
            each = delegating.delegate();
        }
        return false;
    }

    /** Returns which checksum uploads include that the store may refuse. */
    S3UploadChecksum checksum() {
        return (this.splits && this.checksum == S3UploadChecksum.SHA256) ? S3UploadChecksum.NONE : this.checksum;
    }

    /**
     * Uploads an object.
     * @return a future that fails with an {@link UnconfirmedUpload} if the response does
     * not show that the object was stored
     */
    CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256) {
        String sent = (checksum() == S3UploadChecksum.SHA256) ? Base64.getEncoder().encodeToString(sha256) : null;
        PutObjectRequest.Builder request = PutObjectRequest.builder()
            .bucket(location.get(S3ObjectStore.BUCKET))
            .key(location.get(ObjectStore.KEY))
            .checksumSHA256(sent)
            .serverSideEncryption(this.encryption.type())
            .ssekmsKeyId(this.encryption.kmsKeyId());
        if (this.removesExpect) {
            request.overrideConfiguration((configuration) -> configuration.addPlugin(WITHOUT_EXPECT));
        }
        return Transfers.one(
                () -> this.client.putObject(request.build(),
                        AsyncRequestBody.fromRemainingByteBuffersUnsafe(Slices.of(content).toArray(ByteBuffer[]::new))),
                (response, failure) -> {
                    Transfers.rethrow(failure);
                    String difference = difference(response, content, sent);
                    if (difference != null) {
                        throw new CompletionException(new UnconfirmedUpload(difference));
                    }
                    return response;
                });
    }

    /**
     * Returns how a response differs from one of S3 to this upload; null if it does not.
     */
    private @Nullable String difference(PutObjectResponse response, ByteString content, @Nullable String sent) {
        String stored = response.checksumSHA256();
        if (sent != null && stored != null) {
            return stored.equals(sent) ? null : "its x-amz-checksum-sha256 is not that of the upload";
        }
        stored = (this.checksum == S3UploadChecksum.SDK && !this.splits) ? response.checksumCRC32() : null;
        if (stored != null) {
            return stored.equals(crc32(content)) ? null : "its x-amz-checksum-crc32 is not that of the upload";
        }
        String tag = response.eTag();
        if (tag == null || tag.isBlank()) {
            return "it has no ETag";
        }
        if (this.sendsItsInput && isDigest(response, tag) && !tag.replace("\"", "").equalsIgnoreCase(md5(content))) {
            return "its ETag is not the MD5 of the upload";
        }
        SdkHttpResponse http = response.sdkHttpResponse();
        // The response to an upload in parts has a body.
        return (http != null && !tag.matches(".*-\\d+\"?")) ? difference(http) : null;
    }

    /**
     * Returns whether an ETag is the MD5 of the object. Stores that do not return the
     * SHA-256 have no other evidence. Objects that S3 encrypts with a key of KMS or of
     * the client have other ETags.
     * @see <a href=
     * "https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html">ETags</a>
     */
    private static boolean isDigest(PutObjectResponse response, String tag) {
        return tag.matches("\"?[0-9A-Fa-f]{32}\"?") && response.sseCustomerAlgorithm() == null
                && (response.serverSideEncryption() == null
                        || response.serverSideEncryption() == ServerSideEncryption.AES256);
    }

    private static String crc32(ByteString content) {
        CRC32 crc32 = new CRC32();
        content.asReadOnlyByteBufferList().forEach(crc32::update);
        return Base64.getEncoder().encodeToString(ByteBuffer.allocate(4).putInt((int) crc32.getValue()).array());
    }

    private static String md5(ByteString content) {
        return HexFormat.of().formatHex(Md5.of(content));
    }

    private static @Nullable String difference(SdkHttpResponse http) {
        if (http.statusCode() != 200) {
            return "its status is " + http.statusCode() + " instead of 200";
        }
        // Some stores give their empty responses a type, too.
        boolean hasBody = http.firstMatchingHeader("Content-Length")
            .map((length) -> !length.equals("0"))
            .orElseGet(() -> http.firstMatchingHeader("Content-Type").orElse("").contains("html"));
        return hasBody ? "it has a body, which S3's responses to uploads do not have" : null;
    }

    private static final class ExpectRemovingInterceptor implements ExecutionInterceptor {

        @Override
        public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
            SdkHttpRequest request = context.httpRequest();
            return request.firstMatchingHeader("Expect").isPresent()
                    ? request.toBuilder().removeHeader("Expect").build() : request;
        }

    }

}
