package com.example.stores;

import io.github.claimcheck.temporal.testing.RedisServer;
import io.github.claimcheck.temporal.testing.RedisServerTest;
import java.util.Map;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@RedisServerTest
@ActiveProfiles("redis")
class RedisTests extends AbstractStoreTests {

    RedisTests() {
        super("redis", "key");
    }

    /** Where Redis is. */
    @DynamicPropertySource
    static void server(DynamicPropertyRegistry registry) {
        registry.add("spring.data.redis.port", Server.REDIS::getPort);
        registry.add("spring.data.redis.password", () -> RedisServer.PASSWORD);
    }

    @Override
    byte[] content(Map<String, String> claim) {
        return Server.REDIS.commands().get(claim.get("key"));
    }

    /** One for all classes. */
    private static final class Server {

        static final RedisServer REDIS = RedisServer.shared();

    }

}
