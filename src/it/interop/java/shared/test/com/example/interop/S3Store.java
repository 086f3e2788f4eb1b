package com.example.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.S3Proxy;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;

/**
 * An S3 server of the starter's tests. What it holds is read from its directory, so that
 * nothing of the starter or the AWS SDK is needed to look at it.
 */
final class S3Store implements Store {

    private static S3Store shared;

    private final S3Proxy server = new S3Proxy();

    private S3Store() {
    }

    /** Returns a store that lives as long as the test run. */
    static synchronized S3Store shared() {
        if (shared == null) {
            shared = new S3Store();
        }
        return shared;
    }

    @Override
    public String getDriverName() {
        return "aws.s3driver";
    }

    @Override
    public Map<String, String> properties() {
        String driver = "temporal.external-storage.drivers.s3.";
        return Map.of(driver + "endpoint", this.server.getEndpoint().toString(), driver + "region", S3Proxy.REGION,
                driver + "path-style-access", "true", driver + "credentials.access-key-id", S3Proxy.ACCESS_KEY_ID,
                driver + "credentials.secret-access-key", S3Proxy.SECRET_ACCESS_KEY);
    }

    @Override
    public Map<String, String> environment(String bucket) {
        return Map.of("INTEROP_S3_ENDPOINT", this.server.getEndpoint().toString(), "INTEROP_S3_BUCKET", bucket,
                "AWS_REGION", S3Proxy.REGION, "AWS_DEFAULT_REGION", S3Proxy.REGION, "AWS_ACCESS_KEY_ID",
                S3Proxy.ACCESS_KEY_ID, "AWS_SECRET_ACCESS_KEY", S3Proxy.SECRET_ACCESS_KEY);
    }

    @Override
    public void createBucket(String bucket) throws IOException {
        Files.createDirectories(this.server.directoryOf(bucket));
    }

    @Override
    public String key(Map<String, String> claim) {
        assertThat(claim).containsOnlyKeys("bucket", "key", "hash_algorithm", "hash_value");
        return claim.get("key");
    }

    @Override
    public byte[] content(String bucket, String key) throws IOException {
        return Files.readAllBytes(this.server.directoryOf(bucket).resolve(key));
    }

}
