package io.github.claimcheck.temporal.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A real S3 server that checks signatures: S3Proxy, in a process of its own, because its
 * jar carries its own copies of half the class path.
 */
public final class S3Server implements AutoCloseable {

    public static final String ACCESS_KEY_ID = "test-access-key";

    public static final String SECRET_ACCESS_KEY = "test-secret-key";

    public static final String REGION = "eu-west-1";

    private static S3Server shared;

    private final int port;

    private final Path configuration;

    private Process process;

    private S3AsyncClient client;

    /** Returns a server that lives as long as the test run. */
    public static synchronized S3Server shared() {
        if (shared == null) {
            shared = start();
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
        }
        return shared;
    }

    /** Starts a server of the test's own, to be closed. */
    public static S3Server start() {
        try {
            S3Server server = new S3Server();
            server.resume();
            return server;
        }
        catch (IOException ex) {
            throw new IllegalStateException("The S3 server cannot be started", ex);
        }
    }

    private S3Server() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
        }
        Path directory = Files.createTempDirectory("s3-server");
        Path data = Files.createDirectory(directory.resolve("data"));
        this.configuration = directory.resolve("s3proxy.properties");
        Files.write(this.configuration,
                List.of("s3proxy.endpoint=" + getEndpoint(), "s3proxy.authorization=aws-v2-or-v4",
                        "s3proxy.identity=" + ACCESS_KEY_ID, "s3proxy.credential=" + SECRET_ACCESS_KEY,
                        "jclouds.provider=filesystem-nio2", "jclouds.identity=unused", "jclouds.credential=unused",
                        "jclouds.filesystem.basedir=" + data));
    }

    /** Starts the server again after {@link #kill()}, with the data it had. */
    public void resume() throws IOException {
        Path jar = Path.of(System.getProperty("s3proxy.jar", "target/s3proxy/s3proxy.jar"));
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing; run mvn generate-test-resources");
        }
        Path log = this.configuration.resolveSibling("s3proxy.log");
        this.process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m", "-DLOG_LEVEL=warn", "-jar", jar.toString(), "--properties", this.configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
        for (int i = 0; i < 600; i++) {
            if (!this.process.isAlive()) {
                throw new IllegalStateException("The S3 server ended: " + Files.readString(log));
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), 100);
                return;
            }
            catch (IOException ex) {
                sleep();
            }
        }
        throw new IllegalStateException("The S3 server does not listen: " + Files.readString(log));
    }

    private static void sleep() {
        try {
            Thread.sleep(100);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(ex);
        }
    }

    /** Ends the server at once, as a crash would. */
    public void kill() throws InterruptedException {
        this.process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    public URI getEndpoint() {
        return URI.create("http://127.0.0.1:" + this.port);
    }

    public synchronized S3AsyncClient getClient() {
        if (this.client == null) {
            this.client = newClient(getEndpoint());
        }
        return this.client;
    }

    /**
     * Returns a client with the right credentials, for instance to a gateway before this
     * server.
     */
    public static S3AsyncClient newClient(URI endpoint) {
        return S3AsyncClient.builder()
            .endpointOverride(endpoint)
            .region(Region.of(REGION))
            .forcePathStyle(true)
            .credentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY_ID, SECRET_ACCESS_KEY)))
            .build();
    }

    /** Makes a bucket that no other test uses. */
    public String createBucket() {
        String bucket = "bucket-" + UUID.randomUUID();
        createBucket(bucket);
        return bucket;
    }

    public void createBucket(String bucket) {
        getClient().createBucket((request) -> request.bucket(bucket)).join();
    }

    public List<String> keys(String bucket) {
        List<String> keys = new ArrayList<>();
        getClient().listObjectsV2Paginator((request) -> request.bucket(bucket))
            .contents()
            .map(S3Object::key)
            .subscribe(keys::add)
            .join();
        return keys;
    }

    public byte[] content(String bucket, String key) {
        return getClient().getObject((request) -> request.bucket(bucket).key(key), AsyncResponseTransformer.toBytes())
            .join()
            .asByteArray();
    }

    public void put(String bucket, String key, byte[] content) {
        getClient().putObject((request) -> request.bucket(bucket).key(key), AsyncRequestBody.fromBytes(content)).join();
    }

    public void delete(String bucket, String key) {
        getClient().deleteObject((request) -> request.bucket(bucket).key(key)).join();
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
        try {
            kill();
            FileSystemUtils.deleteRecursively(this.configuration.getParent());
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

}
