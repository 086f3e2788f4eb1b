package io.github.claimcheck.temporal.store.azure;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import io.github.claimcheck.temporal.internal.ClientSettings;
import io.github.claimcheck.temporal.internal.UnconfirmedUpload;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What kind of failure Azure's answers and the network's are. */
class AzureDiagnosisTests {

    private static final Map<String, String> LOCATION = Map.of("container", "payloads", "key",
            "v0/d/sha256/" + "0".repeat(64));

    private static AzureBlobObjectStore store(int status, String code) {
        return store((request) -> new Answer(request, status, code));
    }

    private static AzureBlobObjectStore store(Function<HttpRequest, HttpResponse> server) {
        return new AzureBlobObjectStore(
                new BlobServiceClientBuilder().endpoint("https://account.blob.core.windows.net")
                    .sasToken("sig=hunter2")
                    .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, 1, null, null, null))
                    .httpClient((request) -> Mono.just(server.apply(request)))
                    .buildAsyncClient(),
                "payloads", "", OwnPlaces.withKeyPrefixes("", List.of()), Duration.ofSeconds(60),
                ClientSettings.OF_DRIVER);
    }

    /** Returns what a download fails with. */
    private static Throwable failure(AzureBlobObjectStore store) {
        return store.get(LOCATION, Admission.ALWAYS).handle((content, failure) -> failure).join();
    }

    @ParameterizedTest
    @CsvSource({ "403, AuthorizationPermissionMismatch, DENIED", "403, AuthenticationFailed, DENIED",
            "401, InvalidAuthenticationInfo, DENIED", "401, NoAuthenticationInformation, DENIED", "401, Other, DENIED",
            "403, KeyBasedAuthenticationNotPermitted, DENIED", "404, ContainerNotFound, NO_BUCKET",
            "503, ServerBusy, THROTTLED", "429, TooManyRequests, THROTTLED", "500, OperationTimedOut, TIMED_OUT",
            "500, InternalError, UNREACHABLE", "503, Other, UNREACHABLE", "409, BlobArchived, OTHER",
            "409, BlobImmutableDueToPolicy, OTHER", "400, InvalidInput, OTHER", "403, AuthorizationFailure, DENIED",
            "403, AccountIsDisabled, DENIED", "409, ContainerBeingDeleted, NO_BUCKET", "302, Other, OTHER",
            "413, RequestBodyTooLarge, REFUSED", "403, SomethingElse, DENIED", "404, AccountNotFound, NO_BUCKET" })
    void anAnswer(int status, String code, Kind kind) {
        AzureBlobObjectStore store = store(status, code);
        Throwable failure = failure(store);

        assertThat(store.diagnose(Operation.RETRIEVE, LOCATION, failure).kind()).isEqualTo(kind);
        assertThat(failure).hasMessageContaining(code).hasMessageNotContaining("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = { "BlobNotFound", "ResourceNotFound", "", "Whatever" })
    void whatIsNotFoundIsGone(String code) {
        assertThat(failure(store(404, code))).isInstanceOf(ObjectNotFoundException.class);
    }

    @ParameterizedTest
    @CsvSource({ "AuthorizationPermissionMismatch, permission", "AuthorizationFailure, firewall",
            "AuthenticationFailed, clock", "AccountIsDisabled, disabled", "BlobArchived, archive tier",
            "AuthorizationProtocolMismatch, https", "SomethingElse," })
    void saysWhatToDo(String code, String remedy) {
        AzureBlobObjectStore store = store(403, code);
        String actual = store.diagnose(Operation.RETRIEVE, LOCATION, failure(store)).remedy();

        if (remedy == null) {
            assertThat(actual).isNull();
        }
        else {
            assertThat(actual).contains(remedy);
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of(Arguments.of(new TimeoutException(), Kind.TIMED_OUT),
                Arguments.of(new ConnectException("Connection refused"), Kind.UNREACHABLE),
                Arguments.of(new IOException("Connection reset by peer"), Kind.UNREACHABLE),
                Arguments.of(new ClientAuthenticationException("no managed identity", null), Kind.DENIED),
                Arguments.of(new IllegalStateException("closed"), Kind.OTHER));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void noAnswer(Throwable failure, Kind kind) {
        assertThat(store(200, "").diagnose(Operation.STORE, LOCATION, failure).kind()).isEqualTo(kind);
    }

    /** The MD5 of nothing is 1B2M2Y8AsgTpgAmY7PhCfg==. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "null",
            value = { "Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg== | null", "x-ms-request-id: 1; x-ms-version: 2 | null",
                    "x-ms-client-request-id: ECHO | null", "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA== | its Content-MD5",
                    "x-ms-client-request-id: other | its x-ms-client-request-id",
                    "Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==; x-ms-client-request-id: other | its x-ms-client-request-id",
                    "Server: other | neither a Content-MD5 nor", "x-ms-version: 2 | neither a Content-MD5 nor" })
    void anUploadIsStoredWhereTheResponseIsAzures(String headers, String difference) {
        Throwable failure = store((request) -> {
            Answer answer = new Answer(request, 201, "");
            answer.headers.set(HttpHeaderName.ETAG, "0x1");
            Stream.of(headers.split("; ")).map((header) -> header.split(": ")).forEach((header) -> {
                String echo = request.getHeaders().getValue(HttpHeaderName.X_MS_CLIENT_REQUEST_ID);
                answer.headers.set(HttpHeaderName.fromString(header[0]), header[1].replace("ECHO", echo));
            });
            return answer;
        }).put(LOCATION, ByteString.EMPTY, new byte[0]).handle((stored, refused) -> refused).join();

        if (difference == null) {
            assertThat(failure).isNull();
        }
        else {
            assertThat(failure).isInstanceOf(UnconfirmedUpload.class).hasMessageContaining(difference);
        }
    }

    /** An error as Azure sends it. */
    private static final class Answer extends HttpResponse {

        private final int status;

        private final HttpHeaders headers;

        private final byte[] body;

        Answer(HttpRequest request, int status, String code) {
            super(request);
            this.status = status;
            this.headers = new HttpHeaders().set(HttpHeaderName.fromString("x-ms-error-code"), code)
                .set(HttpHeaderName.CONTENT_TYPE, "application/xml");
            this.body = ("<Error><Code>" + code + "</Code><Message>no</Message></Error>")
                .getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public int getStatusCode() {
            return this.status;
        }

        @Override
        @Deprecated
        public String getHeaderValue(String name) {
            return this.headers.getValue(HttpHeaderName.fromString(name));
        }

        @Override
        public HttpHeaders getHeaders() {
            return this.headers;
        }

        @Override
        public Flux<ByteBuffer> getBody() {
            return Flux.just(ByteBuffer.wrap(this.body));
        }

        @Override
        public Mono<byte[]> getBodyAsByteArray() {
            return Mono.just(this.body);
        }

        @Override
        public Mono<String> getBodyAsString() {
            return getBodyAsString(StandardCharsets.UTF_8);
        }

        @Override
        public Mono<String> getBodyAsString(Charset charset) {
            return Mono.just(new String(this.body, charset));
        }

    }

}
