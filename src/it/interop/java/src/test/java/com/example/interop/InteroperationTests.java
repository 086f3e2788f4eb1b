package com.example.interop;

import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = "com.example.interop.TemporalServer#isAvailable", disabledReason = TemporalServer.MISSING)
class InteroperationTests extends AbstractInteroperationTests {

    InteroperationTests() {
        super(false);
    }

}
