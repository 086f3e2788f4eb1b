package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import java.net.URI;

/** A Spring application with this starter. */
final class StarterPeer implements Peer {

    private static final int MEGABYTE = 1024 * 1024;

    private final Application application;

    StarterPeer(URI s3, String bucket) {
        this.application = new StarterApplication(TemporalServer.shared().getTarget(), S3Server.properties(bucket, s3),
                Application.newId());
    }

    @Override
    public String description() {
        return "Java " + System.getProperty("java.version");
    }

    @Override
    public double run(String workload) {
        Workload.Order order = switch (workload) {
            case CHAIN -> Workload.PASS_THROUGH.order(3, 3 * MEGABYTE);
            case FAN_OUT -> Workload.FAN_OUT.order(50, MEGABYTE);
            default -> throw new IllegalArgumentException("There is no workload " + workload);
        };
        return Statistics.milliseconds(() -> this.application.run(order)) / 1000;
    }

    @Override
    public void close() {
        this.application.close();
    }

}
