package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.Mockito.mock;

import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What kind of failure S3's answers and the network's are. */
class S3DiagnosisTests {

    private static final Map<String, String> LOCATION = Map.of("bucket", "payloads", "key", "v0/d/sha256/00");

    private static Diagnosis diagnose(Throwable failure) {
        return diagnose(Operation.STORE, true, failure);
    }

    private static Diagnosis diagnose(Operation operation, boolean ofDriver, Throwable failure) {
        return diagnose(operation, ofDriver, new S3ObjectStore.OneBucket("payloads"), failure);
    }

    private static Diagnosis diagnose(Operation operation, boolean ofDriver, S3BucketResolver buckets,
            Throwable failure) {
        S3AsyncClient client = mock(S3AsyncClient.class);
        return new S3ObjectStore(client, ofDriver, buckets, "", OwnPlaces.withKeyPrefixes("", List.of()),
                S3TestDrivers.uploads(client))
            .diagnose(operation, LOCATION, failure);
    }

    private static S3Exception refused(int status, String code) {
        return refused(status, code, "S3 said no");
    }

    private static S3Exception refused(int status, String code, String message) {
        return (S3Exception) S3Exception.builder()
            .statusCode(status)
            .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
            .message(message)
            .build();
    }

    @ParameterizedTest
    @CsvSource({ "403, AccessDenied, DENIED", "403, InvalidAccessKeyId, DENIED", "403, SignatureDoesNotMatch, DENIED",
            "400, ExpiredToken, DENIED", "400, InvalidToken, DENIED", "401, Unauthorized, DENIED",
            "403, RequestTimeTooSkewed, DENIED", "403, AllAccessDisabled, DENIED", "403, AccountProblem, DENIED",
            "403, SomethingElse, DENIED", "404, NoSuchBucket, NO_BUCKET", "404, NoSuchAccessPoint, NO_BUCKET",
            "503, SlowDown, THROTTLED", "429, TooManyRequests, THROTTLED", "400, ThrottlingException, THROTTLED",
            "503, XMinioServerBusy, THROTTLED", "400, KMS.ThrottlingException, THROTTLED",
            "403, QuotaExceeded, THROTTLED", "507, XMinioStorageFull, THROTTLED", "507, '', THROTTLED",
            "403, cap_exceeded, THROTTLED", "400, XMinioAdminBucketQuotaExceeded, THROTTLED",
            "500, InternalError, UNREACHABLE", "503, ServiceUnavailable, UNREACHABLE", "407, '', UNREACHABLE",
            "400, RequestTimeout, TIMED_OUT", "408, '', TIMED_OUT", "301, PermanentRedirect, OTHER", "307, '', OTHER",
            "403, InvalidObjectState, OTHER", "400, KMS.DisabledException, OTHER", "501, NotImplemented, OTHER",
            "405, MethodNotAllowed, OTHER", "400, BadDigest, OTHER", "400, KeyTooLongError, REFUSED",
            "400, EntityTooLarge, REFUSED", "413, '', REFUSED", "400, MalformedXML, OTHER" })
    void anAnswer(int status, String code, Kind kind) {
        assertThat(diagnose(refused(status, code)).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({ "403, DENIED", "429, THROTTLED", "503, UNREACHABLE", "400, OTHER" })
    void anAnswerWithoutACode(int status, Kind kind) {
        assertThat(diagnose(S3Exception.builder().statusCode(status).message("no").build()).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({ "InvalidObjectState, archive tier", "RequestTimeTooSkewed, clock", "QuotaExceeded, quota",
            "KMS.DisabledException, KMS key", "AllAccessDisabled, disabled", "MethodNotAllowed, S3 API",
            "BadDigest, PayloadCodec", "EntityTooLarge, max-payload-size", "SlowDown,", "SomethingElse,",
            "AccessDenied, s3:GetObject on arn:aws:s3:::payloads/*", "'', s3:GetObject", "Forbidden, s3:GetObject" })
    void namesThePermissionForADenialOnly(String code, String remedy) {
        int status = code.equals("MethodNotAllowed") ? 405 : 403;
        Diagnosis diagnosis = diagnose(Operation.RETRIEVE, true, refused(status, code));

        if (remedy == null) {
            assertThat(diagnosis.remedy()).isNull();
        }
        else {
            assertThat(diagnosis.remedy()).contains(remedy);
            assertThat(diagnosis.remedy().contains("permission")).isEqualTo(remedy.startsWith("s3:"));
        }
    }

    @ParameterizedTest
    @CsvSource({ "'', true", "NoSuchKey, true", "NotFound, true", "404 Not Found, true", "NoSuchObject, true",
            "NoSuchVersion, true", "Whatever, true", "NoSuchBucket, false", "NoSuchUpload, false",
            "NoSuchAccessPoint, false", "NoSuchUser, false", "AccountNotFound, false" })
    void whatIsNotFoundIsGone(String code, boolean gone) {
        assertThat(S3Diagnosis.isMissingObject(refused(404, code))).isEqualTo(gone);
        assertThat(S3Diagnosis.isMissingObject(refused(403, code))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({ "400, InvalidArgument, Unsupported header 'x-amz-checksum-sha256' received for this API call.",
            "501, NotImplemented, A header you provided implies functionality that is not implemented",
            "400, InvalidRequest, Checksum Type mismatch occurred: FULL_OBJECT is not supported" })
    void namesThePropertyForAStoreWithoutChecksums(int status, String code, String message) {
        assertThat(diagnose(refused(status, code, message)).remedy()).contains("upload-checksum to none");
        assertThat(diagnose(Operation.RETRIEVE, true, refused(status, code, message)).remedy()).satisfiesAnyOf(
                (remedy) -> assertThat(remedy).isNull(), (remedy) -> assertThat(remedy).doesNotContain("checksum"));
    }

    @Test
    void aKeyThatS3AllowsIsNotSaidToBeTooLongForS3() {
        assertThat(diagnose(refused(400, "KeyTooLongError")).remedy()).doesNotContain("S3 allows 1024")
            .contains("this store does not");
    }

    /** The driver's properties have no effect on the application's own client. */
    @ParameterizedTest
    @ValueSource(strings = { "InvalidAccessKeyId", "PermanentRedirect", "TemporaryRedirect", "MethodNotAllowed" })
    void namesTheClientOfTheApplicationInsteadOfProperties(String code) {
        for (Throwable failure : List.of(refused(code.endsWith("Redirect") ? 301 : 405, code),
                ApiCallTimeoutException.create(1), client("no credentials", null),
                client("Unable to execute HTTP request", new IOException("reset")))) {
            assertThat(diagnose(Operation.STORE, true, failure).remedy()).contains("the driver's ");
            assertThat(diagnose(Operation.STORE, false, failure).remedy())
                .contains("the application's S3AsyncClient bean")
                .doesNotContain("the driver's ");
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of(Arguments.of(ApiCallTimeoutException.create(60_000), Kind.TIMED_OUT),
                Arguments.of(ApiCallAttemptTimeoutException.create(10_000), Kind.TIMED_OUT),
                Arguments.of(
                        client("Unable to execute HTTP request: Read timed out", new IOException("Read timed out")),
                        Kind.TIMED_OUT),
                Arguments.of(client("Unable to execute HTTP request", new ConnectException("Connection refused")),
                        Kind.UNREACHABLE),
                Arguments.of(client("Unable to execute HTTP request",
                        new ConnectException("connection timed out after 2000 ms")), Kind.UNREACHABLE),
                Arguments.of(client("Unable to execute HTTP request", new IOException("Connection reset by peer")),
                        Kind.UNREACHABLE),
                Arguments.of(client("Unable to load credentials from any of the providers in the chain", null),
                        Kind.DENIED),
                Arguments.of(client("Unable to marshall", null), Kind.OTHER),
                Arguments.of(new IllegalStateException("closed"), Kind.OTHER));
    }

    private static SdkClientException client(String message, Throwable cause) {
        return SdkClientException.create(message, cause);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void noAnswer(Throwable failure, Kind kind) {
        assertThat(diagnose(failure).kind()).isEqualTo(kind);
    }

    @Test
    void namesTheBeanThatResolvesBuckets() {
        assertThat(diagnose(Operation.STORE, true, (context, payload) -> "payloads", refused(404, "NoSuchBucket"))
            .remedy()).contains("the application's S3BucketResolver bean").doesNotContain("bucket property");
    }

    @Test
    void saysWhereTheCredentialsOfAProxyBelong() {
        assertThat(diagnose(refused(407, "")).remedy()).contains("http.proxyUser", "S3AsyncClientBuilderCustomizer");
        assertThat(diagnose(Operation.STORE, false, refused(407, "")).remedy())
            .contains("proxy configuration of the application's S3AsyncClient bean");
    }

    @ParameterizedTest
    @CsvSource({ "the AWS profile app, DENIED, read it", "the AWS profile app (single sign-on), DENIED, aws sso login",
            "the container, DENIED, read it" })
    void aFileOfCredentialsThatIsMissing(String source, Kind kind, String remedy) {
        for (Throwable cause : List.of(new UncheckedIOException(new NoSuchFileException("/token")),
                client("Failed to read", new AccessDeniedException("/token")))) {
            Diagnosis diagnosis = diagnose(credentials(source, cause));
            assertThat(diagnosis.kind()).isEqualTo(kind);
            assertThat(diagnosis.remedy()).contains(remedy);
        }
        assertThat(diagnose(credentials(source, client("Failed", new ConnectException("refused")))).kind())
            .isEqualTo(Kind.UNREACHABLE);
    }

    private static Throwable credentials(String source, Throwable cause) {
        return catchThrowable(() -> new S3SourcedCredentials(() -> {
            throw (RuntimeException) cause;
        }, source).resolveCredentials());
    }

    @Test
    void saysWhatToDo() {
        assertThat(diagnose(refused(404, "NoSuchBucket")).remedy()).contains("bucket property");
        assertThat(diagnose(refused(403, "AccessDenied")).remedy()).contains("s3:PutObject on arn:aws:s3:::payloads/*");
        assertThat(diagnose(ApiCallTimeoutException.create(1)).remedy()).contains("api-call-timeout");
    }

}
