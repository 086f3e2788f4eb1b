package com.example.shelf;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.CancellationToken;
import io.temporal.payload.storage.*;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

/** A library's own type of drivers, as an application that has the library uses it. */
class MapStorageTests {

    private static final String ARCHIVE = "temporal.external-storage.drivers.archive.";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withUserConfiguration(Application.class)
        .withPropertyValues(ARCHIVE + "type=map", ARCHIVE + "name=cellar");

    @Test
    void anApplicationThatHasTheLibraryHasItsType() {
        this.runner.withPropertyValues(ARCHIVE + "shelf=top").run((context) -> {
            StorageDriver driver = context.getBean("archiveStorageDriver", StorageDriver.class);
            Payload payload = Payload.newBuilder().setData(ByteString.copyFromUtf8("payload")).build();

            List<StorageDriverClaim> claims = driver.store(new Context(), List.of(payload)).join();

            assertThat(driver.getName()).isEqualTo("cellar");
            assertThat(claims.get(0).getClaimData()).containsEntry("shelf", "top");
            assertThat(driver.retrieve(new Context(), claims).join()).containsExactly(payload);
            assertThat(context.getBean(ExternalStorage.class).getDrivers()).extracting(StorageDriver::getName)
                .containsExactly("cellar");
        });
    }

    @Test
    void itsPropertiesAreBoundAsStrictlyAsOthers() {
        this.runner.withPropertyValues(ARCHIVE + "shelf=top", ARCHIVE + "shelves=2")
            .run((context) -> assertThat(context).getFailure().hasStackTraceContaining("archive.shelves"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

    }

    private static final class Context implements StorageDriverStoreContext, StorageDriverRetrieveContext {

        @Override
        public StorageDriverTargetInfo getTarget() {
            return null;
        }

        @Override
        public CancellationToken<CancellationException> getCancellationToken() {
            return CancellationToken.none();
        }

    }

}
