package io.github.claimcheck.temporal.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.mockito.Mockito.mock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;

/**
 * Payloads of hostile namespaces, types and ids are stored under the keys that the Redis
 * driver among the samples of the Python SDK was seen to give them.
 * {@code src/it/interop/python/redis_keys.py} asks that driver again.
 */
class RedisSampleDriverKeysTests {

    static Stream<Arguments> entries() throws IOException {
        try (InputStream file = RedisSampleDriverKeysTests.class
            .getResourceAsStream("/redis-sample-driver-keys.json")) {
            return new ObjectMapper().readTree(file)
                .path("entries")
                .valueStream()
                .map((entry) -> Arguments.argumentSet(name(entry), entry));
        }
    }

    private static String name(JsonNode entry) {
        String name = Stream.of("keyPrefix", "target", "namespace", "type", "id", "runId")
            .map((field) -> entry.path(field).toString())
            .reduce((left, right) -> left + " " + right)
            .orElseThrow();
        return (name.length() <= 150) ? name : name.substring(0, 150) + "…";
    }

    @ParameterizedTest
    @MethodSource("entries")
    void theKeyIsTheOneOfTheSampleDriver(JsonNode entry) throws IOException {
        byte[] payload = entry.path("payload").binaryValue();
        String digest = Payloads.sha256(payload);
        String key = entry.path("claim").path("key").asText();
        ObjectStore store = new RedisObjectStore(mock(ReactiveRedisConnectionFactory.class),
                entry.path("keyPrefix").asText(), List.of(), null);

        assertThat(store.locate(StorageContexts.store(target(entry)), Payload.parseFrom(payload), digest).entries())
            .isEqualTo(Map.of("key", key));
        assertThatCode(() -> store.requireOwn(Map.of("key", key), digest)).doesNotThrowAnyException();
        assertThat(entry.path("claim").path("hash_algorithm").asText()).isEqualTo("sha256");
        assertThat(entry.path("claim").path("hash_value").asText()).isEqualTo(digest);
    }

    private static @Nullable StorageDriverTargetInfo target(JsonNode entry) {
        String namespace = text(entry, "namespace");
        String type = text(entry, "type");
        String id = text(entry, "id");
        String runId = text(entry, "runId");
        return switch (entry.path("target").asText()) {
            case "workflow" -> new StorageDriverWorkflowInfo(namespace, id, runId, type);
            case "activity" -> new StorageDriverActivityInfo(namespace, id, runId, type);
            default -> null;
        };
    }

    private static @Nullable String text(JsonNode entry, String field) {
        return entry.path(field).isNull() ? null : entry.path(field).asText();
    }

}
