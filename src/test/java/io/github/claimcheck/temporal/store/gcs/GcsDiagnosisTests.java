package io.github.claimcheck.temporal.store.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageException;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What kind of failure Cloud Storage's answers and the network's are. */
class GcsDiagnosisTests {

    private static Kind diagnose(Throwable failure) {
        return diagnosis(Operation.STORE, failure).kind();
    }

    private static Diagnosis diagnosis(Operation operation, Throwable failure) {
        return new GcsObjectStore(new GcsClient(mock(Storage.class), null), "payloads", "",
                OwnPlaces.withKeyPrefixes("", List.of()), Duration.ofSeconds(10))
            .diagnose(operation, Map.of("bucket", "payloads", "key", "v0/d/sha256/00"), failure);
    }

    @ParameterizedTest
    @CsvSource({ "400, OTHER", "401, DENIED", "403, DENIED", "404, NO_BUCKET", "408, TIMED_OUT", "412, OTHER",
            "429, THROTTLED", "500, UNREACHABLE", "503, UNREACHABLE" })
    void anAnswer(int status, Kind kind) {
        assertThat(diagnose(new StorageException(status, "no"))).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({ "403, forbidden, DENIED_OR_MISSING, storage.objects.get",
            "403, insufficientPermissions, DENIED_OR_MISSING, storage.objects.get",
            "403, rateLimitExceeded, THROTTLED,", "403, userRateLimitExceeded, THROTTLED,",
            "403, quotaExceeded, THROTTLED, quota", "403, accountDisabled, DENIED, billing",
            "403, accessNotConfigured, DENIED, API", "403, retentionPolicyNotMet, OTHER, retention policy",
            "403, somethingElse, DENIED,", "400, userProjectMissing, OTHER, Requester Pays",
            "400, cloudKmsDisabledKey, OTHER, KMS", "413, uploadTooLarge, REFUSED, max-payload-size",
            "302, '', OTHER, redirects", "507, '', UNREACHABLE," })
    void anAnswerWithAReason(int status, String reason, Kind kind, String remedy) {
        Diagnosis diagnosis = diagnosis(Operation.RETRIEVE, new StorageException(status, "no", reason, null));

        assertThat(diagnosis.kind()).isEqualTo(kind);
        if (remedy == null) {
            assertThat(diagnosis.remedy()).isNull();
        }
        else {
            assertThat(diagnosis.remedy()).contains(remedy);
            assertThat(diagnosis.remedy().contains("permission")).isEqualTo(remedy.startsWith("storage."));
        }
    }

    @Test
    void namesTheClientOfTheApplicationInsteadOfProperties() {
        for (Throwable failure : List.of(new StorageException(401, "no"), new StorageException(302, "no"),
                new SocketTimeoutException("Read timed out"),
                new StorageException(new ConnectException("Connection refused")),
                new StorageException(new IOException("Error getting access token for service account")))) {
            assertThat(diagnosis(Operation.STORE, failure).remedy()).contains("the application's Storage bean")
                .doesNotContain("the driver's endpoint", "the driver's credentials");
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of(Arguments.of(new TimeoutException(), Kind.TIMED_OUT),
                Arguments.of(new StorageException(new SocketTimeoutException("Read timed out")), Kind.TIMED_OUT),
                Arguments.of(new SocketTimeoutException("Read timed out"), Kind.TIMED_OUT),
                Arguments.of(new StorageException(new ConnectException("Connection refused")), Kind.UNREACHABLE),
                Arguments.of(new StorageException(new UnknownHostException("storage")), Kind.UNREACHABLE),
                Arguments.of(new IOException("the object's length differs from the size that Cloud Storage reported"),
                        Kind.UNREACHABLE),
                Arguments.of(new StorageException(new IOException("Error getting access token for service account")),
                        Kind.DENIED),
                Arguments.of(new IllegalStateException("closed"), Kind.OTHER));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void noAnswer(Throwable failure, Kind kind) {
        assertThat(diagnose(failure)).isEqualTo(kind);
    }

}
