package com.example.interop;

import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

/** What is stored is what the codec, the same on all sides, has made of a payload. */
@EnabledIf(value = "com.example.interop.TemporalServer#isAvailable", disabledReason = TemporalServer.MISSING)
@TestPropertySource(properties = "interop.codec=true")
class CodecInteroperationTests extends AbstractInteroperationTests {

    CodecInteroperationTests() throws Exception {
        super(S3Server.shared(), true);
    }

    @DynamicPropertySource
    static void storeProperties(DynamicPropertyRegistry registry) throws Exception {
        useStore(S3Server.shared(), registry);
    }

}
