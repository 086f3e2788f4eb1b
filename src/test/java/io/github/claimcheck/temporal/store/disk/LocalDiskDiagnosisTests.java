package io.github.claimcheck.temporal.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What kind of failure the file system's are. */
class LocalDiskDiagnosisTests {

    @TempDir
    private Path directory;

    static Stream<Arguments> failures() {
        return Stream.of(Arguments.of(new AccessDeniedException("/payloads/v0"), Kind.DENIED),
                Arguments.of(new FileSystemException("/payloads/v0", null, "No space left on device"), Kind.THROTTLED),
                Arguments.of(new IOException("Input/output error"), Kind.OTHER));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailure(Throwable failure, Kind kind) throws IOException {
        try (LocalDiskObjectStore store = new LocalDiskObjectStore(this.directory)) {
            assertThat(store.diagnose(Operation.STORE, Map.of("key", "v0"), failure).kind()).isEqualTo(kind);
        }
    }

}
