package io.github.claimcheck.temporal.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A narrow network before a server: passes bytes on, both ways and over all connections
 * together at a limited rate, which connections share evenly.
 */
public final class ThrottledRelay implements AutoCloseable {

    private static final int CHUNK = 16 * 1024;

    /** What a thread that slept too long may catch up with. */
    private static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final URI upstream;

    private final ServerSocket server;

    private final Set<Closeable> sockets = ConcurrentHashMap.newKeySet();

    private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
        Thread thread = new Thread(task, "throttled-relay");
        thread.setDaemon(true);
        return thread;
    });

    private final AtomicLong bytesPassed = new AtomicLong();

    private volatile long bytesPerSecond;

    /** When the last byte that was promised the network will have passed. */
    private long freeAt = System.nanoTime();

    private ThrottledRelay(URI upstream, long bytesPerSecond) throws IOException {
        this.upstream = upstream;
        this.bytesPerSecond = bytesPerSecond;
        this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        this.threads.execute(this::accept);
    }

    /**
     * Starts a relay to a server.
     * @param upstream where the server is
     * @param bytesPerSecond the rate of all connections together
     */
    public static ThrottledRelay to(URI upstream, long bytesPerSecond) {
        try {
            return new ThrottledRelay(upstream, bytesPerSecond);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    public URI getEndpoint() {
        return URI.create(this.upstream.getScheme() + "://127.0.0.1:" + this.server.getLocalPort());
    }

    /** Changes the rate of all connections together, from now on. */
    public void setBytesPerSecond(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Returns the number of bytes that have passed, both ways, with all of HTTP. */
    public long getBytesPassed() {
        return this.bytesPassed.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = this.server.accept();
                this.threads.execute(() -> relay(socket));
            }
        }
        catch (IOException ex) {
            // Closed.
        }
    }

    private void relay(Socket socket) {
        this.sockets.add(socket);
        try (socket; Socket behind = new Socket(this.upstream.getHost(), this.upstream.getPort())) {
            this.sockets.add(behind);
            socket.setTcpNoDelay(true);
            behind.setTcpNoDelay(true);
            this.threads.execute(() -> copy(behind, socket));
            copy(socket, behind);
            this.sockets.remove(behind);
        }
        catch (IOException ex) {
            // One of both is gone.
        }
        this.sockets.remove(socket);
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[CHUNK];
        try {
            InputStream input = from.getInputStream();
            for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
                awaitTurn(read);
                to.getOutputStream().write(buffer, 0, read);
                this.bytesPassed.addAndGet(read);
            }
            to.shutdownOutput();
        }
        catch (IOException ex) {
            close(from);
            close(to);
        }
    }

    private void awaitTurn(int bytes) throws IOException {
        long turn;
        synchronized (this) {
            this.freeAt = Math.max(this.freeAt, System.nanoTime() - SLACK_NANOS)
                    + TimeUnit.SECONDS.toNanos(bytes) / this.bytesPerSecond;
            turn = this.freeAt;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(turn - System.nanoTime());
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IOException(ex);
        }
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        }
        catch (IOException ex) {
            // Whoever used it sees that it is closed.
        }
    }

    @Override
    public void close() {
        close(this.server);
        this.sockets.forEach(ThrottledRelay::close);
        this.threads.shutdownNow();
    }

}
