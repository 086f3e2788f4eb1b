package io.github.claimcheck.sample;

import io.github.claimcheck.sample.history.PayloadRow;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@ActiveProfiles("redis")
class RedisReportTests extends StoreReportTests {

    @RegisterExtension
    static final StoreServer SERVER = StoreServer.redis();

    @Autowired
    private RedisConnectionFactory connections;

    RedisReportTests() {
        super("redis", null, "temporalio:payloads:v0:ns:default:wt:ReportWorkflow:wi:report-");
    }

    @DynamicPropertySource
    static void address(DynamicPropertyRegistry properties) {
        properties.add("REDIS_HOST", () -> "127.0.0.1");
        properties.add("REDIS_PORT", SERVER::port);
    }

    @Override
    byte[] stored(PayloadRow row) {
        try (RedisConnection connection = this.connections.getConnection()) {
            return connection.stringCommands().get(row.key().getBytes(StandardCharsets.UTF_8));
        }
    }

}
