package com.example.interop;

import io.github.claimcheck.temporal.testing.GcsServerTest;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The same on Google Cloud Storage. */
@TemporalServerTest
@GcsServerTest
@ActiveProfiles("gcs")
class GcsInteroperationTests extends AbstractInteroperationTests {

    GcsInteroperationTests() throws Exception {
        super(new GcsStore(), false);
    }

    @DynamicPropertySource
    static void storeProperties(DynamicPropertyRegistry registry) throws Exception {
        useStore(new GcsStore(), registry);
    }

}
