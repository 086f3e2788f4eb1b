package com.example.interop;

import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The same on Google Cloud Storage. */
@EnabledIf(value = "isAvailable", disabledReason = TemporalServer.MISSING + ". Or: " + GcsServer.MISSING)
@ActiveProfiles("gcs")
class GcsInteroperationTests extends AbstractInteroperationTests {

    GcsInteroperationTests() throws Exception {
        super(GcsServer.shared(), false);
    }

    static boolean isAvailable() {
        return TemporalServer.isAvailable() && GcsServer.isAvailable();
    }

    @DynamicPropertySource
    static void storeProperties(DynamicPropertyRegistry registry) throws Exception {
        useStore(GcsServer.shared(), registry);
    }

}
