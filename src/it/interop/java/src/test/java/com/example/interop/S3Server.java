package com.example.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An S3 server that checks signatures and keeps its objects as files: S3Proxy, in a
 * process of its own. What it holds is read from its directory, so that nothing of the
 * starter or the AWS SDK is needed to look at it.
 */
final class S3Server implements Store {

    private static final String REGION = "eu-west-1";

    private static final String ACCESS_KEY_ID = "test-access-key";

    private static final String SECRET_ACCESS_KEY = "test-secret-key";

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

    @Override
    public String getDriverName() {
        return "aws.s3driver";
    }

    @Override
    public Map<String, String> properties() {
        String driver = "temporal.external-storage.drivers.s3.";
        return Map.of(driver + "endpoint", this.endpoint.toString(), driver + "region", REGION,
                driver + "path-style-access", "true", driver + "credentials.access-key-id", ACCESS_KEY_ID,
                driver + "credentials.secret-access-key", SECRET_ACCESS_KEY);
    }

    @Override
    public Map<String, String> environment(String bucket) {
        return Map.of("INTEROP_S3_ENDPOINT", this.endpoint.toString(), "INTEROP_S3_BUCKET", bucket, "AWS_REGION",
                REGION, "AWS_DEFAULT_REGION", REGION, "AWS_ACCESS_KEY_ID", ACCESS_KEY_ID, "AWS_SECRET_ACCESS_KEY",
                SECRET_ACCESS_KEY);
    }

    @Override
    public void createBucket(String bucket) throws IOException {
        Files.createDirectories(this.data.resolve(bucket));
    }

    @Override
    public String key(Map<String, String> claim) {
        assertThat(claim).containsOnlyKeys("bucket", "key", "hash_algorithm", "hash_value");
        return claim.get("key");
    }

    @Override
    public byte[] content(String bucket, String key) throws IOException {
        return Files.readAllBytes(this.data.resolve(bucket).resolve(key));
    }

}
