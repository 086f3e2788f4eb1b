package io.github.claimcheck.temporal.testing;

import java.net.URI;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A real S3 server with a client, for what a test puts there or looks at. */
public final class S3Server extends S3Proxy implements S3ObjectServer {

    private static S3Server shared;

    private S3AsyncClient client;

    private S3Server() {
    }

    /** Returns a server that lives as long as the test run. */
    public static synchronized S3Server shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    /** Starts a server of the test's own, to be closed. */
    public static S3Server start() {
        return new S3Server();
    }

    @Override
    public synchronized S3AsyncClient getClient() {
        if (this.client == null) {
            this.client = newClient(getEndpoint());
        }
        return this.client;
    }

    /**
     * Returns a client with the right credentials, for instance to a gateway before a
     * server.
     */
    public static S3AsyncClient newClient(URI endpoint) {
        return S3AsyncClient.builder()
            .endpointOverride(endpoint)
            .region(Region.of(REGION))
            .forcePathStyle(true)
            .credentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY_ID, SECRET_ACCESS_KEY)))
            .serviceConfiguration((service) -> service.expectContinueEnabled(false))
            .build();
    }

    /** Returns the properties of an S3 driver on this server. */
    public String[] properties(String bucket) {
        return properties(bucket, getEndpoint());
    }

    /**
     * Returns the properties of an S3 driver that reaches its server at this endpoint.
     */
    public static String[] properties(String bucket, URI endpoint) {
        return Stream
            .of("bucket=" + bucket, "endpoint=" + endpoint, "region=" + REGION, "path-style-access=true",
                    "credentials.access-key-id=" + ACCESS_KEY_ID, "credentials.secret-access-key=" + SECRET_ACCESS_KEY)
            .map((property) -> "temporal.external-storage.drivers.s3." + property)
            .toArray(String[]::new);
    }

    @Override
    public void close() {
        if (this.client != null) {
            this.client.close();
        }
        super.close();
    }

}
