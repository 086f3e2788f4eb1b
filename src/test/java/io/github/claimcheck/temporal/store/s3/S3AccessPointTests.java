package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/**
 * What the starter's client makes of access points, which exist in AWS only. Nothing is
 * sent.
 */
class S3AccessPointTests {

    private static final String MULTI_REGION = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap";

    private static final String ONE_REGION = "arn:aws:s3:eu-west-1:123456789012:accesspoint/payloads";

    private static final Payload PAYLOAD = Payloads.of("one".getBytes(StandardCharsets.UTF_8));

    private static final String DIGEST = Payloads.sha256(PAYLOAD.toByteArray());

    private static final String KEY = "v0/d/sha256/" + DIGEST;

    private final DenyingHttpClient aws = new DenyingHttpClient();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all())
        .withPropertyValues("temporal.external-storage.drivers.s3.region=us-east-1",
                "temporal.external-storage.drivers.s3.credentials.access-key-id=test-access-key",
                "temporal.external-storage.drivers.s3.credentials.secret-access-key=test-secret-key")
        .withBean(S3AsyncClientBuilderCustomizer.class,
                () -> (builder) -> builder.httpClientBuilder(null).httpClient(this.aws));

    @Test
    void storesThroughAMultiRegionAccessPointSignedForAllRegions() {
        SdkHttpRequest request = requestOf(MULTI_REGION, S3AccessPointTests::store);

        assertThat(request.method()).hasToString("PUT");
        assertThat(request.getUri())
            .hasToString("https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/" + KEY);
        assertSignedForAllRegions(request);
        assertDigestIsSigned(request);
    }

    @Test
    void retrievesThroughAMultiRegionAccessPointSignedForAllRegions() {
        SdkHttpRequest request = requestOf(MULTI_REGION, (driver) -> retrieve(driver, MULTI_REGION));

        assertThat(request.method()).hasToString("GET");
        assertThat(request.getUri())
            .hasToString("https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/" + KEY);
        assertSignedForAllRegions(request);
    }

    @Test
    void storesThroughAnAccessPointInItsOwnRegion() {
        SdkHttpRequest request = requestOf(ONE_REGION, S3AccessPointTests::store);

        assertThat(request.method()).hasToString("PUT");
        assertThat(request.getUri())
            .hasToString("https://payloads-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/" + KEY);
        assertSignedForOneRegion(request);
        assertDigestIsSigned(request);
    }

    @Test
    void retrievesThroughAnAccessPointInItsOwnRegion() {
        SdkHttpRequest request = requestOf(ONE_REGION, (driver) -> retrieve(driver, ONE_REGION));

        assertThat(request.method()).hasToString("GET");
        assertThat(request.getUri())
            .hasToString("https://payloads-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/" + KEY);
        assertSignedForOneRegion(request);
    }

    /** A service configuration replaces the whole of the one before. */
    @Test
    void aCustomizersServiceConfigurationLeavesAccessPointsOfOtherRegionsAlone() {
        this.runner
            .withBean("own", S3AsyncClientBuilderCustomizer.class,
                    () -> (builder) -> builder.serviceConfiguration((service) -> service.expectContinueEnabled(true)))
            .withPropertyValues("temporal.external-storage.drivers.s3.bucket=" + ONE_REGION)
            .run((context) -> assertThat(catchThrowable(store(context.getBean(StorageDriver.class))::join))
                .hasMessageContaining("Access Denied"));

        assertThat(this.aws.requests).singleElement().satisfies((request) -> {
            assertThat(request.host()).isEqualTo("payloads-123456789012.s3-accesspoint.eu-west-1.amazonaws.com");
            assertSignedForOneRegion(request);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aCustomizerDecidesOnAccessPointsOfOtherRegions(boolean used) {
        for (Consumer<S3AsyncClientBuilder> decision : List.<Consumer<S3AsyncClientBuilder>>of(
                (builder) -> builder.useArnRegion(used),
                (builder) -> builder.serviceConfiguration((service) -> service.useArnRegionEnabled(used)))) {
            this.aws.requests.clear();
            this.runner.withBean("own", S3AsyncClientBuilderCustomizer.class, () -> decision::accept)
                .withPropertyValues("temporal.external-storage.drivers.s3.bucket=" + ONE_REGION)
                .run((context) -> assertThat(catchThrowable(store(context.getBean(StorageDriver.class))::join))
                    .isNotNull());

            assertThat(this.aws.requests).hasSize(used ? 1 : 0);
        }
    }

    @Test
    void namesTheObjectsOfAnAccessPointAsAPolicyNamesThem() {
        // A policy names them by the ARN of the access point, which no other part may
        // stand before.
        this.runner.withPropertyValues("temporal.external-storage.drivers.s3.bucket=" + ONE_REGION).run((context) -> {
            StorageDriver driver = context.getBean(StorageDriver.class);
            assertThat(catchThrowable(store(driver)::join)).hasMessageContaining("could not store")
                .hasMessageContaining("s3:PutObject on " + ONE_REGION + "/object/*");
            assertThat(catchThrowable(retrieve(driver, ONE_REGION)::join)).hasMessageContaining("could not retrieve")
                .hasMessageContaining("s3:GetObject on " + ONE_REGION + "/object/*");
        });
    }

    private SdkHttpRequest requestOf(String bucket, Transfer transfer) {
        this.runner.withPropertyValues("temporal.external-storage.drivers.s3.bucket=" + bucket)
            .run((context) -> assertThat(catchThrowable(transfer.start(context.getBean(StorageDriver.class))::join))
                .hasMessageContaining("Access Denied"));
        assertThat(this.aws.requests).hasSize(1);
        return this.aws.requests.get(0);
    }

    private static void assertSignedForAllRegions(SdkHttpRequest request) {
        assertThat(request.firstMatchingHeader("Authorization"))
            .hasValueSatisfying((authorization) -> assertThat(authorization)
                .startsWith("AWS4-ECDSA-P256-SHA256 Credential=test-access-key/"));
        assertThat(request.firstMatchingHeader("X-Amz-Region-Set")).hasValue("*");
    }

    private static void assertSignedForOneRegion(SdkHttpRequest request) {
        assertThat(request.firstMatchingHeader("Authorization")).hasValueSatisfying(
                (authorization) -> assertThat(authorization).startsWith("AWS4-HMAC-SHA256 Credential=test-access-key/")
                    .contains("/eu-west-1/s3/aws4_request"));
    }

    /**
     * There is no second digest, for the signature: it covers the header that holds the
     * first.
     */
    private static void assertDigestIsSigned(SdkHttpRequest request) {
        assertThat(request.firstMatchingHeader("x-amz-content-sha256")).hasValue("UNSIGNED-PAYLOAD");
        assertThat(request.firstMatchingHeader("x-amz-checksum-sha256"))
            .hasValue(Base64.getEncoder().encodeToString(HexFormat.of().parseHex(DIGEST)));
        assertThat(request.firstMatchingHeader("x-amz-trailer")).isEmpty();
        assertThat(request.firstMatchingHeader("Authorization"))
            .hasValueSatisfying((authorization) -> assertThat(authorization)
                .containsPattern("SignedHeaders=[^,]*;x-amz-checksum-sha256;x-amz-content-sha256;"));
    }

    private static CompletableFuture<?> store(StorageDriver driver) {
        return driver.store(StorageContexts.store(null), List.of(PAYLOAD));
    }

    private static CompletableFuture<?> retrieve(StorageDriver driver, String bucket) {
        return driver.retrieve(StorageContexts.retrieve(), List.of(new StorageDriverClaim(
                Map.of("bucket", bucket, "key", KEY, "hash_algorithm", "sha256", "hash_value", DIGEST))));
    }

    @FunctionalInterface
    private interface Transfer {

        CompletableFuture<?> start(StorageDriver driver);

    }

    /**
     * AWS without any permission, as seen from where requests would leave the process,
     * signed.
     */
    private static final class DenyingHttpClient implements SdkAsyncHttpClient {

        private final List<SdkHttpRequest> requests = new CopyOnWriteArrayList<>();

        @Override
        public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
            this.requests.add(request.request());
            byte[] body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
                .getBytes(StandardCharsets.UTF_8);
            request.responseHandler().onHeaders(SdkHttpResponse.builder().statusCode(403).build());
            request.responseHandler().onStream(AsyncRequestBody.fromByteBuffer(ByteBuffer.wrap(body)));
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {
        }

    }

}
