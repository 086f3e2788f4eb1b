package io.github.claimcheck.temporal.testing;

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
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.springframework.util.FileSystemUtils;

/**
 * A server in a process of its own, on a free port of this machine and with a directory
 * of its own. It ends with the test run, if nobody closes it before.
 */
public abstract class ServerProcess implements AutoCloseable {

    /** The JUnit tag of all tests that need such a process. */
    public static final String TAG = "server";

    private static final InetAddress HOST = InetAddress.getLoopbackAddress();

    private final String name;

    private final int port = freePort();

    private final Path directory;

    private Process process;

    /**
     * Makes a server that is not yet started.
     * @param name what messages call it
     */
    protected ServerProcess(String name) {
        this(name, Path.of(System.getProperty("java.io.tmpdir")));
    }

    /**
     * Makes a server that is not yet started, with its directory in this one.
     * @param name what messages call it
     * @param parent where its directory is made
     */
    protected ServerProcess(String name, Path parent) {
        requireTag(name);
        this.name = name;
        try {
            this.directory = Files.createTempDirectory(parent, "server");
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        // A test run that is ended from outside closes nothing.
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    }

    /**
     * Refuses a server to a test without the tag, which would run where there may be
     * none.
     */
    static void requireTag(String name) {
        if (System.getProperty("tests.excluded", "").contains(TAG)) {
            throw new IllegalStateException(name + " is a process of a server, and 'mvn test' is for tests that need "
                    + "none. Annotate the test with @S3ServerTest, @GcsServerTest, @AzuriteServerTest, "
                    + "@RedisServerTest or @TemporalServerTest: then 'mvn verify' runs it");
        }
    }

    /** Returns the command that runs the server in the foreground. */
    protected abstract List<String> command() throws IOException;

    /** Starts the server, which after {@link #kill()} has the same port and directory. */
    public final void resume() {
        Path log = this.directory.resolve("server.log");
        try {
            this.process = new ProcessBuilder(command()).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!listens()) {
                if (this.process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                    throw new IllegalStateException(this.name + " does not listen: " + Files.readString(log));
                }
            }
        }
        catch (IOException ex) {
            throw new UncheckedIOException(this.name + " cannot be started", ex);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(ex);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(HOST, this.port), 100);
            return true;
        }
        catch (IOException ex) {
            return false;
        }
    }

    /** Ends the server at once, as a crash would. */
    public final void kill() {
        if (this.process != null) {
            try {
                this.process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }
    }

    public final int getPort() {
        return this.port;
    }

    /** Returns the processor time that the server has used. */
    public final Duration getCpuTime() {
        return this.process.info().totalCpuDuration().orElseThrow();
    }

    /** Returns where servers that speak HTTP are. */
    public final URI getEndpoint() {
        return URI.create("http://127.0.0.1:" + this.port);
    }

    /** Returns the directory that the server has for itself. */
    protected final Path getDirectory() {
        return this.directory;
    }

    @Override
    public void close() {
        end();
    }

    private void end() {
        kill();
        try {
            FileSystemUtils.deleteRecursively(this.directory);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Returns a port that nobody listens on. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, HOST)) {
            return socket.getLocalPort();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Finds an executable on the path. */
    static Optional<Path> onPath(String name) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map((directory) -> Path.of(directory, name))
            .filter(Files::isExecutable)
            .findFirst();
    }

    /** Returns where executables are that are not on the path. */
    static Path tools() {
        return Path.of(System.getProperty("tools.directory", "target/tools")).toAbsolutePath();
    }

}
