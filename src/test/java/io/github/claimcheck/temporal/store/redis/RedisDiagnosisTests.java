package io.github.claimcheck.temporal.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.ReactiveStringCommands;
import reactor.core.publisher.Mono;

/** What kind of failure Redis' answers and the network's are. */
class RedisDiagnosisTests {

    private static Diagnosis diagnose(Throwable failure) {
        return new RedisObjectStore(mock(ReactiveRedisConnectionFactory.class), "payloads", List.of(), null)
            .diagnose(Operation.STORE, Map.of("key", "payloads:v0:d:sha256:00"), failure);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "NOAUTH Authentication required. | DENIED",
            "WRONGPASS invalid username-password pair or user is disabled. | DENIED",
            "NOPERM User reader has no permissions to run the 'set' command | DENIED",
            "OOM command not allowed when used memory > 'maxmemory'. | THROTTLED",
            "ERR max number of clients reached | THROTTLED",
            "LOADING Redis is loading the dataset in memory | UNREACHABLE",
            "CLUSTERDOWN The cluster is down | UNREACHABLE", "MASTERDOWN Link with MASTER is down | UNREACHABLE",
            "READONLY You can't write against a read only replica. | UNREACHABLE",
            "MISCONF Redis is configured to save RDB snapshots, but it's unable to persist to disk. | UNREACHABLE",
            "WRONGTYPE Operation against a key holding the wrong kind of value | OTHER",
            "ERR unknown command 'SET' | OTHER" })
    void anAnswer(String message, Kind kind) {
        assertThat(diagnose(new RedisCommandExecutionException(message)).kind()).isEqualTo(kind);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new RedisCommandTimeoutException("Command timed out after 1 second(s)"), Kind.TIMED_OUT),
                Arguments.of(new RedisConnectionException("Connection initialization timed out after 2 second(s)"),
                        Kind.TIMED_OUT),
                Arguments.of(new ConnectException("Connection refused: localhost/127.0.0.1:6379"), Kind.UNREACHABLE),
                Arguments.of(new ConnectException("connection timed out after 2000 ms: /10.0.0.1:6379"),
                        Kind.UNREACHABLE),
                Arguments.of(new IOException("Connection reset by peer"), Kind.UNREACHABLE),
                Arguments.of(new RedisConnectionException("Unable to connect to localhost:6379"), Kind.UNREACHABLE),
                Arguments.of(new IllegalStateException((String) null), Kind.OTHER));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void noAnswer(Throwable failure, Kind kind) {
        assertThat(diagnose(failure).kind()).isEqualTo(kind);
    }

    @Test
    void aMissingKeyNamesWhatMayHaveRemovedIt() {
        assertThat(missing(null)).contains("evicted", "noeviction").doesNotContain("ttl", "replica");
        assertThat(missing(Duration.ofDays(60))).contains("the driver's ttl is 60d", "noeviction");
        assertThat(missing(Duration.ofMillis(1500))).contains("the driver's ttl is 1500ms");
    }

    private static String missing(Duration ttl) {
        ReactiveRedisConnectionFactory connections = mock(ReactiveRedisConnectionFactory.class, RETURNS_DEEP_STUBS);
        ReactiveStringCommands commands = connections.getReactiveConnection().stringCommands();
        when(commands.strLen(any(ByteBuffer.class))).thenReturn(Mono.just(0L));
        when(commands.get(any(ByteBuffer.class))).thenReturn(Mono.empty());
        when(connections.getReactiveConnection().closeLater()).thenReturn(Mono.empty());
        return new RedisObjectStore(connections, "payloads", List.of(), ttl)
            .get(Map.of("key", "payloads:v0:d:sha256:00"), Admission.ALWAYS)
            .handle((content, failure) -> failure.getMessage())
            .join();
    }

    @Test
    void saysWhatToDo() {
        assertThat(diagnose(new RedisCommandExecutionException("NOPERM no permissions")).remedy())
            .contains("+persist +set on the keys ~payloads:v0:*");
        assertThat(diagnose(new RedisCommandExecutionException("OOM no room")).remedy()).contains("maxmemory");
    }

}
