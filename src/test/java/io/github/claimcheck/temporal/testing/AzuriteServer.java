package io.github.claimcheck.temporal.testing;

import com.azure.core.util.BinaryData;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobItem;
import java.io.File;
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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.springframework.util.FileSystemUtils;

/**
 * A real Azure Blob Storage server that checks signatures: Azurite, in a process of its
 * own, from {@code target/tools/azurite} or from the path.
 */
public final class AzuriteServer implements AutoCloseable {

    public static final String ACCOUNT = "devstoreaccount1";

    /** Azurite's only account has this key, which everybody knows. */
    public static final String ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/"
            + "K1SZFPTOtr/KBHBeksoGMGw==";

    private static AzuriteServer shared;

    private final int port;

    private final Path directory;

    private final List<String> persistence;

    private Process process;

    private BlobServiceClient client;

    static boolean isAvailable() {
        return executable().isPresent() && onPath("node").isPresent();
    }

    private static Optional<Path> executable() {
        Path installed = Path.of(System.getProperty("tools.directory", "target/tools"),
                "azurite/node_modules/.bin/azurite-blob");
        return Files.isExecutable(installed) ? Optional.of(installed) : onPath("azurite-blob");
    }

    private static Optional<Path> onPath(String name) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map((directory) -> Path.of(directory, name))
            .filter(Files::isExecutable)
            .findFirst();
    }

    /** Returns a server that lives as long as the test run. */
    public static synchronized AzuriteServer shared() {
        if (shared == null) {
            shared = start();
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
        }
        return shared;
    }

    /** Starts a server of the test's own, to be closed. */
    public static AzuriteServer start() {
        return start(false);
    }

    /**
     * Starts a server that keeps nothing on disk, to be closed. The one with files waits
     * for ever for the rest of uploads that broke off, and takes no more after a number
     * of them.
     */
    public static AzuriteServer startInMemory() {
        return start(true);
    }

    private static AzuriteServer start(boolean inMemory) {
        try {
            AzuriteServer server = new AzuriteServer(inMemory);
            server.resume();
            return server;
        }
        catch (IOException ex) {
            throw new IllegalStateException("Azurite cannot be started", ex);
        }
    }

    private AzuriteServer(boolean inMemory) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
        }
        this.directory = Files.createTempDirectory("azurite");
        this.persistence = inMemory ? List.of("--inMemoryPersistence")
                : List.of("--location", this.directory.toString());
    }

    /** Starts the server again after {@link #kill()}, with the data it had. */
    public void resume() throws IOException {
        Path log = this.directory.resolve("azurite.log");
        // It knows the protocol's versions up to its own release, and the client sends a
        // newer one.
        List<String> command = new ArrayList<>(
                List.of(executable().orElseThrow().toAbsolutePath().toString(), "--blobHost", "127.0.0.1", "--blobPort",
                        String.valueOf(this.port), "--silent", "--disableTelemetry", "--skipApiVersionCheck"));
        command.addAll(this.persistence);
        this.process = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
        for (int i = 0; i < 600; i++) {
            if (!this.process.isAlive()) {
                throw new IllegalStateException("Azurite ended: " + Files.readString(log));
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), 100);
                return;
            }
            catch (IOException ex) {
                sleep();
            }
        }
        throw new IllegalStateException("Azurite does not listen: " + Files.readString(log));
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

    public String getConnectionString() {
        return connectionString(getEndpoint());
    }

    /**
     * Returns what reaches a server with the right key, for instance through a gateway.
     */
    public static String connectionString(URI endpoint) {
        return connectionString(endpoint, ACCOUNT_KEY);
    }

    public static String connectionString(URI endpoint, String accountKey) {
        return "AccountName=" + ACCOUNT + ";AccountKey=" + accountKey + ";BlobEndpoint=" + endpoint + "/" + ACCOUNT;
    }

    public synchronized BlobServiceClient getClient() {
        if (this.client == null) {
            this.client = new BlobServiceClientBuilder().connectionString(getConnectionString()).buildClient();
        }
        return this.client;
    }

    /** Makes a container that no other test uses. */
    public String createContainer() {
        String name = "container-" + UUID.randomUUID();
        getClient().createBlobContainer(name);
        return name;
    }

    private BlobContainerClient container(String name) {
        return getClient().getBlobContainerClient(name);
    }

    public List<String> keys(String container) {
        return container(container).listBlobs().stream().map(BlobItem::getName).toList();
    }

    public byte[] content(String container, String key) {
        return container(container).getBlobClient(key).downloadContent().toBytes();
    }

    public void put(String container, String key, byte[] content) {
        container(container).getBlobClient(key).upload(BinaryData.fromBytes(content), true);
    }

    public void delete(String container, String key) {
        container(container).getBlobClient(key).deleteIfExists();
    }

    @Override
    public void close() {
        try {
            kill();
            FileSystemUtils.deleteRecursively(this.directory);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

}
