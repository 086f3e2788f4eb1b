package com.example.interop;

import io.github.claimcheck.temporal.testing.TemporalServerTest;
import org.springframework.test.context.TestPropertySource;

/** What is stored is what the codec, the same on all sides, has made of a payload. */
@TemporalServerTest
@TestPropertySource(properties = "interop.codec=true")
class ZlibCodecServerInteroperationTests extends AbstractCodecServerTests {

    ZlibCodecServerInteroperationTests() {
        super(true);
    }

}
