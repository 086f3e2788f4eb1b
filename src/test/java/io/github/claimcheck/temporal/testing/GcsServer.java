package io.github.claimcheck.temporal.testing;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server of Google Cloud Storage's protocol:
 * <a href="https://github.com/fsouza/fake-gcs-server">fake-gcs-server</a>, on the path,
 * or else built once with {@code go}. It knows no credentials and no permissions, and
 * checks the checksums of uploads.
 */
public final class GcsServer extends ServerProcess implements ObjectServer {

    private static final String MODULE = "github.com/fsouza/fake-gcs-server@v1.56.1";

    private static final Path BUILT = tools().resolve("fake-gcs-server");

    /**
     * Where files are in memory, on Linux: on a disk, the server would wait for it twice
     * per object.
     */
    private static final Path MEMORY = Path.of("/dev/shm");

    private static Optional<Path> executable;

    private static GcsServer shared;

    private static GcsServer sharedOnFiles;

    private final boolean onFiles;

    private final Storage client = newClient(getEndpoint());

    private GcsServer(boolean onFiles) {
        super("The Cloud Storage server",
                (onFiles && Files.isWritable(MEMORY)) ? MEMORY : Path.of(System.getProperty("java.io.tmpdir")));
        this.onFiles = onFiles;
        resume();
    }

    static synchronized boolean isAvailable() {
        if (executable == null) {
            executable = onPath("fake-gcs-server").or(GcsServer::built);
        }
        return executable.isPresent();
    }

    private static Optional<Path> built() {
        if (!Files.isExecutable(BUILT)) {
            onPath("go").ifPresent(GcsServer::build);
        }
        return Optional.of(BUILT).filter(Files::isExecutable);
    }

    /** Takes minutes where Go has nothing of it in its cache. */
    private static void build(Path go) {
        try {
            Path log = Files.createDirectories(BUILT.getParent()).resolve("fake-gcs-server.log");
            ProcessBuilder build = new ProcessBuilder(go.toString(), "install", MODULE).redirectErrorStream(true)
                .redirectOutput(log.toFile());
            build.environment().put("GOBIN", BUILT.getParent().toString());
            build.start().waitFor(15, TimeUnit.MINUTES);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(ex);
        }
    }

    /** Returns a server that lives as long as the test run. */
    public static synchronized GcsServer shared() {
        if (shared == null) {
            shared = new GcsServer(false);
        }
        return shared;
    }

    /**
     * Returns a server that lives as long as the test run, for tests that store thousands
     * of objects in one bucket. The server in memory compares each object with all others
     * of its bucket under one lock, so that the time grows with the square of their
     * number; this one keeps objects in files named after them. It therefore takes no
     * name with a segment of over 255 bytes, and {@code ..} in a name leads out of the
     * bucket.
     */
    public static synchronized GcsServer sharedOnFiles() {
        if (sharedOnFiles == null) {
            sharedOnFiles = new GcsServer(true);
        }
        return sharedOnFiles;
    }

    /** Starts a server of the test's own, to be closed. */
    public static GcsServer start() {
        return new GcsServer(false);
    }

    @Override
    protected List<String> command() {
        if (!isAvailable()) {
            throw new IllegalStateException("There is no fake-gcs-server");
        }
        return List.of(executable.orElseThrow().toString(), "-scheme", "http", "-host", "127.0.0.1", "-port",
                String.valueOf(getPort()), "-backend", this.onFiles ? "filesystem" : "memory", "-filesystem-root",
                getDirectory().resolve("objects").toString(), "-log-level", "warn");
    }

    /**
     * Returns a client as an application makes it, for instance to a gateway before this
     * server.
     */
    public static Storage newClient(URI endpoint) {
        return StorageOptions.http()
            .setHost(endpoint.toString())
            .setProjectId("test")
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();
    }

    /** Makes a bucket that no other test uses. */
    @Override
    public String createBucket() {
        String bucket = "bucket-" + UUID.randomUUID();
        createBucket(bucket);
        return bucket;
    }

    public void createBucket(String bucket) {
        this.client.create(BucketInfo.of(bucket));
    }

    @Override
    public List<String> keys(String bucket) {
        return this.client.list(bucket).streamAll().map(Blob::getName).toList();
    }

    public long generation(String bucket, String key) {
        return this.client.get(BlobId.of(bucket, key)).getGeneration();
    }

    @Override
    public byte[] content(String bucket, String key) {
        return this.client.readAllBytes(BlobId.of(bucket, key));
    }

    @Override
    public void put(String bucket, String key, byte[] content) {
        this.client.create(BlobInfo.newBuilder(bucket, key).build(), content);
    }

    @Override
    public void delete(String bucket, String key) {
        this.client.delete(BlobId.of(bucket, key));
    }

    /** Returns the properties of a driver on this server. */
    public String[] properties(String bucket) {
        return properties(bucket, getEndpoint());
    }

    /** Returns the properties of a driver on this server behind a gateway. */
    public static String[] properties(String bucket, URI endpoint) {
        return Stream.of("bucket=" + bucket, "endpoint=" + endpoint, "project-id=test")
            .map((property) -> "temporal.external-storage.drivers.gcs." + property)
            .toArray(String[]::new);
    }

}
