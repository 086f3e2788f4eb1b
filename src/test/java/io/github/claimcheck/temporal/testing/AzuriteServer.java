package io.github.claimcheck.temporal.testing;

import com.azure.core.util.BinaryData;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobItem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * A real Azure Blob Storage server that checks signatures: Azurite, in a process of its
 * own, from {@code target/tools/azurite} or from the path.
 */
public final class AzuriteServer extends ServerProcess implements ObjectServer {

    public static final String ACCOUNT = "devstoreaccount1";

    /** Azurite's only account has this key, which everybody knows. */
    public static final String ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/"
            + "K1SZFPTOtr/KBHBeksoGMGw==";

    private static AzuriteServer shared;

    private final boolean inMemory;

    private BlobServiceClient client;

    private AzuriteServer(boolean inMemory) {
        super("Azurite");
        this.inMemory = inMemory;
        resume();
    }

    static boolean isAvailable() {
        return executable().isPresent() && onPath("node").isPresent();
    }

    private static Optional<Path> executable() {
        Path installed = tools().resolve("azurite/node_modules/.bin/azurite-blob");
        return Files.isExecutable(installed) ? Optional.of(installed) : onPath("azurite-blob");
    }

    /** Returns a server that lives as long as the test run. */
    public static synchronized AzuriteServer shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    /** Starts a server of the test's own, to be closed. */
    public static AzuriteServer start() {
        return new AzuriteServer(false);
    }

    /**
     * Starts a server that keeps nothing on disk, to be closed. The one with files waits
     * for ever for the rest of uploads that broke off, and takes no more after a number
     * of them.
     */
    public static AzuriteServer startInMemory() {
        return new AzuriteServer(true);
    }

    @Override
    protected List<String> command() {
        // It knows the protocol's versions up to its own release, and the client sends a
        // newer one.
        List<String> command = new ArrayList<>(List.of(executable().orElseThrow().toString(), "--blobHost", "127.0.0.1",
                "--blobPort", String.valueOf(getPort()), "--silent", "--disableTelemetry", "--skipApiVersionCheck"));
        command.addAll(
                this.inMemory ? List.of("--inMemoryPersistence") : List.of("--location", getDirectory().toString()));
        return command;
    }

    /**
     * Waits until the server has on its disk what it knows of a blob. It writes there
     * every few seconds, first the blobs and then their contents, or the reverse.
     */
    public void awaitSaved(String key) {
        Pattern content = Pattern.compile('"' + Pattern.quote(key) + "\".*?\"persistency\":\\{\"id\":\"([^\"]+)");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            Matcher blob = content.matcher(saved("__azurite_db_blob__.json"));
            return blob.find() && saved("__azurite_db_blob_extent__.json").contains('"' + blob.group(1) + '"');
        });
    }

    private String saved(String file) throws IOException {
        Path saved = getDirectory().resolve(file);
        return Files.exists(saved) ? Files.readString(saved) : "";
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
    @Override
    public String createBucket() {
        String name = "container-" + UUID.randomUUID();
        getClient().createBlobContainer(name);
        return name;
    }

    private BlobContainerClient container(String name) {
        return getClient().getBlobContainerClient(name);
    }

    @Override
    public List<String> keys(String container) {
        return container(container).listBlobs().stream().map(BlobItem::getName).toList();
    }

    @Override
    public byte[] content(String container, String key) {
        return container(container).getBlobClient(key).downloadContent().toBytes();
    }

    @Override
    public void put(String container, String key, byte[] content) {
        container(container).getBlobClient(key).upload(BinaryData.fromBytes(content), true);
    }

    @Override
    public void delete(String container, String key) {
        container(container).getBlobClient(key).deleteIfExists();
    }

}
