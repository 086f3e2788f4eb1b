package com.example.interop;

import io.github.claimcheck.temporal.testing.TemporalServerTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@TemporalServerTest
class InteroperationTests extends AbstractInteroperationTests {

    InteroperationTests() throws Exception {
        super(S3Store.shared(), false);
    }

    @DynamicPropertySource
    static void storeProperties(DynamicPropertyRegistry registry) throws Exception {
        useStore(S3Store.shared(), registry);
    }

}
