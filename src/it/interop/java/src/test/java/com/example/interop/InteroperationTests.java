package com.example.interop;

import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@EnabledIf(value = "com.example.interop.TemporalServer#isAvailable", disabledReason = TemporalServer.MISSING)
class InteroperationTests extends AbstractInteroperationTests {

    InteroperationTests() throws Exception {
        super(S3Server.shared(), false);
    }

    @DynamicPropertySource
    static void storeProperties(DynamicPropertyRegistry registry) throws Exception {
        useStore(S3Server.shared(), registry);
    }

}
