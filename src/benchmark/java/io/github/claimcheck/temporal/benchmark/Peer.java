package io.github.claimcheck.temporal.benchmark;

/** A worker and a client on one SDK, in one process, with its S3 driver as it comes. */
interface Peer extends AutoCloseable {

    /** Three activities in a row, each of which returns its input of 3 MB unchanged. */
    String CHAIN = "chain";

    /** Fifty activities at once, each of which makes 1 MB. */
    String FAN_OUT = "fan-out";

    /** Returns what it runs on, with versions. */
    String description();

    /**
     * Runs a workload once, with content that no run had before, and verifies its result.
     * @return the seconds from the start of the workflow to its result at hand
     */
    double run(String workload) throws Exception;

    @Override
    void close() throws Exception;

}
