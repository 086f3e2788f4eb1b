package com.example.interop;

import io.github.claimcheck.temporal.testing.TemporalServerTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

/** What is stored is what the codec, the same on all sides, has made of a payload. */
@TemporalServerTest
@TestPropertySource(properties = "interop.codec=true")
class CodecInteroperationTests extends AbstractInteroperationTests {

    CodecInteroperationTests() throws Exception {
        super(S3Store.shared(), true);
    }

    @DynamicPropertySource
    static void storeProperties(DynamicPropertyRegistry registry) throws Exception {
        useStore(S3Store.shared(), registry);
    }

}
