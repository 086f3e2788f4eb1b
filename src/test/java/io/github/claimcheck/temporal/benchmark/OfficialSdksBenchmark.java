package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.testing.TemporalServerTest;
import org.junit.jupiter.api.Test;

/** Not among the tests that always run: {@code mvn test -Dtest=OfficialSdksBenchmark}. */
@TemporalServerTest
class OfficialSdksBenchmark {

    @Test
    void compare() throws Exception {
        System.out.println(OfficialSdks.run(1, Integer.getInteger("benchmark.runs", 5)));
    }

}
