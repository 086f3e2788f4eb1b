package com.example.webui;

import io.github.claimcheck.temporal.testing.S3Proxy;
import io.github.claimcheck.temporal.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/** The servers around the application, which run as long as the tests. */
class Servers implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final int APPLICATION_PORT = ServerProcess.freePort();

    private static final String BUCKET = "documents";

    private static S3Proxy s3;

    private static TemporalWithWebUi temporal;

    static synchronized S3Proxy s3() {
        if (s3 == null) {
            s3 = new S3Proxy();
            try {
                Files.createDirectory(s3.directoryOf(BUCKET));
            }
            catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
        return s3;
    }

    static synchronized TemporalWithWebUi temporal() {
        if (temporal == null) {
            temporal = new TemporalWithWebUi(codecEndpoint());
        }
        return temporal;
    }

    static String codecEndpoint() {
        return "http://localhost:" + APPLICATION_PORT + "/temporal/codec";
    }

    /** Returns how many objects the bucket has. */
    static int objects() throws IOException {
        return s3().filesOf(BUCKET).size();
    }

    /**
     * What is in memory would hide that the store is asked, so the application keeps
     * nothing there.
     */
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        TestPropertyValues
            .of("server.port=" + APPLICATION_PORT, "spring.temporal.connection.target=" + temporal().getTarget(),
                    "temporal.external-storage.codec-server.allowed-origins=" + temporal().getWebUi(),
                    "temporal.external-storage.cache.max-size=0",
                    "temporal.external-storage.drivers.s3.endpoint=" + s3().getEndpoint(),
                    "temporal.external-storage.drivers.s3.path-style-access=true",
                    "temporal.external-storage.drivers.s3.credentials.access-key-id=" + S3Proxy.ACCESS_KEY_ID,
                    "temporal.external-storage.drivers.s3.credentials.secret-access-key=" + S3Proxy.SECRET_ACCESS_KEY)
            .applyTo(context);
    }

}
