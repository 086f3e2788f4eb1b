package com.example.interop;

import io.github.claimcheck.temporal.testing.TemporalServerTest;

@TemporalServerTest
class CodecServerInteroperationTests extends AbstractCodecServerTests {

    CodecServerInteroperationTests() {
        super(false);
    }

}
