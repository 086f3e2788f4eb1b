package com.example.interop;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An S3 server that checks signatures and keeps its objects as files: S3Proxy, in a process of its own. What it holds is
 * read from its directory, so that nothing of the starter or the AWS SDK is needed to look at it.
 */
final class S3Server {

    static final String REGION = "eu-west-1";

    static final String ACCESS_KEY_ID = "test-access-key";

    static final String SECRET_ACCESS_KEY = "test-secret-key";

    private static S3Server shared;

    private final Path data;

    private final URI endpoint;

    /** Returns a server that lives as long as the test run. */
    static synchronized S3Server shared() throws IOException, InterruptedException {
        if (shared == null) {
            shared = new S3Server();
        }
        return shared;
    }

    private S3Server() throws IOException, InterruptedException {
        int port = Ports.free();
        this.endpoint = URI.create("http://127.0.0.1:" + port);
        Path directory = Files.createTempDirectory("s3-server");
        this.data = Files.createDirectory(directory.resolve("data"));
        Path configuration = directory.resolve("s3proxy.properties");
        Files.write(configuration,
                List.of("s3proxy.endpoint=" + this.endpoint, "s3proxy.authorization=aws-v2-or-v4",
                        "s3proxy.identity=" + ACCESS_KEY_ID, "s3proxy.credential=" + SECRET_ACCESS_KEY,
                        "jclouds.provider=filesystem-nio2", "jclouds.identity=unused", "jclouds.credential=unused",
                        "jclouds.filesystem.basedir=" + this.data));
        Ports.start(port, directory.resolve("s3proxy.log"),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-DLOG_LEVEL=warn",
                "-jar", "target/s3proxy/s3proxy.jar", "--properties", configuration.toString());
    }

    String getEndpoint() {
        return this.endpoint.toString();
    }

    void createBucket(String bucket) throws IOException {
        Files.createDirectories(this.data.resolve(bucket));
    }

    byte[] content(String bucket, String key) throws IOException {
        return Files.readAllBytes(this.data.resolve(bucket).resolve(key));
    }

}
