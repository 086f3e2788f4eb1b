package io.github.claimcheck.temporal.store.redis;

import io.github.claimcheck.temporal.contract.FaultyNetwork;
import io.github.claimcheck.temporal.testing.ConfiguredStorageDriverContract;
import io.github.claimcheck.temporal.testing.RedisServer;
import io.github.claimcheck.temporal.testing.RedisServerTest;
import io.lettuce.core.AclSetuserArgs;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.stream.Stream;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;

/** Redis has nothing like a bucket that could be missing. */
@RedisServerTest
class RedisStorageDriverContractTests extends ConfiguredStorageDriverContract {

    private final RedisServer server = RedisServer.shared();

    @Override
    protected Class<?>[] autoConfigurations() {
        return Stream
            .concat(Stream.of(DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class),
                    Stream.of(super.autoConfigurations()))
            .toArray(Class<?>[]::new);
    }

    @Override
    protected StorageDriver newDriver(long maxPayloadSize) {
        return configured(maxPayloadSize);
    }

    private StorageDriver configured(long maxPayloadSize, String... properties) {
        return configured("redis", maxPayloadSize,
                Stream
                    .of(Stream.of("spring.data.redis.lettuce.shutdown-timeout=0", "spring.data.redis.timeout=20s"),
                            Stream.of(this.server.properties()), Stream.of(properties))
                    .flatMap((each) -> each)
                    .toArray(String[]::new));
    }

    @Override
    protected byte[] read(StorageDriverClaim claim) {
        return this.server.commands().get(key(claim));
    }

    /** Spring Data Redis takes a value in one buffer only. */
    @Override
    protected double maxAllocationPerByte() {
        return 1.15;
    }

    @Override
    protected void overwrite(StorageDriverClaim claim, byte[] content) {
        this.server.commands().set(key(claim), content);
    }

    @Override
    protected void delete(StorageDriverClaim claim) {
        this.server.commands().del(key(claim));
    }

    @Override
    protected StorageDriver newDriverWithoutAccess() {
        this.server.commands().aclSetuser("stranger", AclSetuserArgs.Builder.on().addPassword("stranger"));
        return configured(MAX_PAYLOAD_SIZE, "spring.data.redis.username=stranger",
                "spring.data.redis.password=stranger");
    }

    @Override
    protected StorageDriver newDriverOver(FaultyNetwork network) {
        return configured(MAX_PAYLOAD_SIZE,
                "spring.data.redis.port=" + network.to("127.0.0.1", this.server.getPort()).getPort());
    }

    /** All transfers share one connection. */
    @Override
    protected boolean transfersShareAConnection() {
        return true;
    }

}
