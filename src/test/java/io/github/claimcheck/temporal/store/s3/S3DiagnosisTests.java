package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import java.io.IOException;
import java.net.ConnectException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
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
        S3AsyncClient client = mock(S3AsyncClient.class);
        return new S3ObjectStore(client, ofDriver, (context, payload) -> "payloads", "",
                OwnPlaces.withKeyPrefixes("", List.of()), S3TestDrivers.uploads(client))
            .diagnose(operation, LOCATION, failure);
    }

    private static S3Exception refused(int status, String code) {
        return (S3Exception) S3Exception.builder()
            .statusCode(status)
            .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
            .message("S3 said no")
            .build();
    }

    @ParameterizedTest
    @CsvSource({ "403, AccessDenied, DENIED", "403, InvalidAccessKeyId, DENIED", "403, SignatureDoesNotMatch, DENIED",
            "400, ExpiredToken, DENIED", "400, InvalidToken, DENIED", "401, Unauthorized, DENIED",
            "404, NoSuchBucket, NO_BUCKET", "503, SlowDown, THROTTLED", "429, TooManyRequests, THROTTLED",
            "400, ThrottlingException, THROTTLED", "500, InternalError, UNREACHABLE",
            "503, ServiceUnavailable, UNREACHABLE", "400, RequestTimeout, TIMED_OUT", "301, PermanentRedirect, OTHER",
            "400, KeyTooLongError, REFUSED", "400, MalformedXML, OTHER" })
    void anAnswer(int status, String code, Kind kind) {
        assertThat(diagnose(refused(status, code)).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({ "403, DENIED", "429, THROTTLED", "503, UNREACHABLE", "400, OTHER" })
    void anAnswerWithoutACode(int status, Kind kind) {
        assertThat(diagnose(S3Exception.builder().statusCode(status).message("no").build()).kind()).isEqualTo(kind);
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
    void saysWhatToDo() {
        assertThat(diagnose(refused(404, "NoSuchBucket")).remedy()).contains("bucket property");
        assertThat(diagnose(refused(403, "AccessDenied")).remedy()).contains("s3:PutObject on arn:aws:s3:::payloads/*");
        assertThat(diagnose(ApiCallTimeoutException.create(1)).remedy()).contains("api-call-timeout");
    }

}
