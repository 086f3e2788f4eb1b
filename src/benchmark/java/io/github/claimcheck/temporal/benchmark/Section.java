package io.github.claimcheck.temporal.benchmark;

/** Something to measure and report. */
@FunctionalInterface
interface Section {

    void run(BenchmarkEnvironment environment, Report report) throws Exception;

}
