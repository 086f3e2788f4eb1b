package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.List;
import java.util.TreeMap;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisRepositoriesAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/** An application that is processed ahead of time. Prints what it has at run time. */
@SpringBootConfiguration
@EnableAutoConfiguration(exclude = { DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class,
        DataRedisRepositoriesAutoConfiguration.class })
class AheadOfTimeApplication {

    public static void main(String[] arguments) {
        try (ConfigurableApplicationContext context = SpringApplication.run(AheadOfTimeApplication.class, arguments)) {
            System.out.println("drivers: " + new TreeMap<>(context.getBeansOfType(StorageDriver.class)).keySet());
            if (context.getBeanNamesForType(ExternalStorage.class).length > 0) {
                ExternalStorage storage = context.getBean(ExternalStorage.class);
                System.out.println("threshold: " + storage.getPayloadSizeThreshold());
                storage.getDrivers()
                    .stream()
                    .filter((driver) -> driver.getType().equals("local-disk"))
                    .forEach(AheadOfTimeApplication::store);
            }
        }
    }

    private static void store(StorageDriver driver) {
        List<StorageDriverClaim> claims = driver
            .store(StorageContexts.store(null), List.of(Payloads.ofSerializedSize(1000)))
            .join();
        int size = driver.retrieve(StorageContexts.retrieve(), claims).join().get(0).getSerializedSize();
        System.out.println(driver.getName() + " retrieved: " + size);
    }

}
