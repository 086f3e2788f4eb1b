package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.testing.S3Gateway;
import java.util.Map;

/** The number of S3 requests by method, and the bytes of their bodies. */
record Traffic(long gets, long heads, long puts, long bytesDown, long bytesUp) {

    static Traffic through(S3Gateway gateway) {
        Map<String, Long> requests = gateway.count();
        return new Traffic(requests.getOrDefault("GET", 0L), requests.getOrDefault("HEAD", 0L),
                requests.getOrDefault("PUT", 0L), gateway.bytesAnswered(),
                gateway.requests().stream().mapToLong(S3Gateway.Request::bodySize).sum());
    }

    long requests() {
        return this.gets + this.heads + this.puts;
    }

    double megabytes() {
        return megabytesDown() + megabytesUp();
    }

    double megabytesDown() {
        return this.bytesDown / 1e6;
    }

    double megabytesUp() {
        return this.bytesUp / 1e6;
    }

}
