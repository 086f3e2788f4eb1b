package com.example.monitoring;

import io.github.claimcheck.temporal.testing.RedisServer;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Proxy;
import io.github.claimcheck.temporal.testing.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.util.FileSystemUtils;

/** The stores of the application, which a test stops, slows down and empties. */
final class Stores implements AutoCloseable {

    private static final String BUCKET = "documents";

    private final S3Server s3 = S3Server.start();

    /** Before the driver "s3", but not before the delegate of the fallback. */
    private final S3Gateway gateway = S3Gateway.to(this.s3);

    private final RedisServer redis = RedisServer.start();

    private final Path disk = Files.createTempDirectory("disk");

    Stores() throws IOException {
        this.s3.createBucket(BUCKET);
    }

    S3Server s3() {
        return this.s3;
    }

    S3Gateway gateway() {
        return this.gateway;
    }

    RedisServer redis() {
        return this.redis;
    }

    /** Deletes all that the driver "s3" has stored for a workflow. */
    void deleteObjectsOf(String workflowId) throws IOException {
        for (String key : this.s3.filesOf(BUCKET)) {
            if (key.startsWith("v0/") && key.contains(workflowId)) {
                Files.delete(this.s3.directoryOf(BUCKET).resolve(key));
            }
        }
    }

    /** Returns what the application is configured with. */
    List<String> properties() {
        List<String> properties = new ArrayList<>(List.of(this.redis.properties()));
        properties.addAll(s3("s3", this.gateway.getEndpoint().toString()));
        properties.addAll(s3("first", this.s3.getEndpoint().toString()));
        properties.add("temporal.external-storage.drivers.second.directory=" + this.disk.resolve("second"));
        properties.add("temporal.external-storage.drivers.copy.directory=" + this.disk.resolve("copy"));
        return properties;
    }

    private static List<String> s3(String driver, String endpoint) {
        return List
            .of("endpoint=" + endpoint, "path-style-access=true", "credentials.access-key-id=" + S3Proxy.ACCESS_KEY_ID,
                    "credentials.secret-access-key=" + S3Proxy.SECRET_ACCESS_KEY)
            .stream()
            .map((property) -> "temporal.external-storage.drivers." + driver + "." + property)
            .toList();
    }

    @Override
    public void close() throws IOException {
        this.gateway.close();
        this.s3.close();
        this.redis.close();
        FileSystemUtils.deleteRecursively(this.disk);
    }

}
