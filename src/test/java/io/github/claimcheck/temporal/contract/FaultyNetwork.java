package io.github.claimcheck.temporal.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A TCP proxy between a driver and its store's server that fails as a network does. It
 * forwards bytes without interpreting them, and so works for every store reached over TCP
 * without TLS.
 */
public final class FaultyNetwork implements AutoCloseable {

    private final List<ServerSocket> entrances = new CopyOnWriteArrayList<>();

    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    private boolean held;

    private boolean cut;

    private long bytesUntilHeld = Long.MAX_VALUE;

    private long bytesUntilCut = Long.MAX_VALUE;

    private int waiting;

    FaultyNetwork() {
    }

    /**
     * Opens a proxy to a server.
     * @param host the server's host
     * @param port the server's port
     * @return the loopback address for the driver to connect to instead
     */
    public InetSocketAddress to(String host, int port) {
        try {
            ServerSocket entrance = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
            this.entrances.add(entrance);
            start(() -> accept(entrance, host, port));
            return (InetSocketAddress) entrance.getLocalSocketAddress();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * Stalls the network: connections stay open and new ones are accepted, but no bytes
     * are forwarded.
     */
    synchronized void hold() {
        this.held = true;
    }

    /**
     * Stalls the network after a number of bytes have been forwarded in both directions.
     */
    synchronized void holdAfter(long bytes) {
        this.bytesUntilHeld = bytes;
    }

    /**
     * Returns whether bytes are held on a connection that both ends keep open.
     */
    synchronized boolean isHolding() {
        return this.waiting > 0;
    }

    /** Breaks all connections, and each new one, until {@link #open()} is called. */
    synchronized void cut() {
        this.cut = true;
        this.sockets.forEach(FaultyNetwork::reset);
        notifyAll();
    }

    /**
     * Breaks all current connections after a number of bytes have been forwarded in both
     * directions. New connections work.
     */
    synchronized void cutAfter(long bytes) {
        this.bytesUntilCut = bytes;
    }

    /** Forwards the held bytes and all that follow. */
    synchronized void open() {
        this.held = false;
        this.bytesUntilHeld = Long.MAX_VALUE;
        this.cut = false;
        notifyAll();
    }

    private void accept(ServerSocket entrance, String host, int port) throws IOException {
        while (true) {
            Socket client = entrance.accept();
            this.sockets.add(client);
            start(() -> {
                // A server that is not there is as good as one that hangs up.
                try (client; Socket server = new Socket(host, port)) {
                    this.sockets.add(server);
                    Thread answers = start(() -> pass(server, client));
                    pass(client, server);
                    answers.join();
                }
            });
        }
    }

    private void pass(Socket from, Socket to) throws IOException, InterruptedException {
        try (from; to) {
            InputStream input = from.getInputStream();
            OutputStream output = to.getOutputStream();
            byte[] buffer = new byte[16 * 1024];
            for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                await(count, from);
                output.write(buffer, 0, count);
            }
        }
        finally {
            ended(from);
        }
    }

    /** Closes the connection once both directions have ended. */
    private synchronized void ended(Socket socket) {
        this.sockets.remove(socket);
        notifyAll();
    }

    private synchronized void await(int bytes, Socket from) throws IOException, InterruptedException {
        this.bytesUntilHeld -= bytes;
        this.held |= this.bytesUntilHeld < 0;
        this.waiting++;
        while (this.held && !this.cut && !from.isClosed()) {
            wait();
        }
        this.waiting--;
        this.bytesUntilCut -= bytes;
        if (this.cut || this.bytesUntilCut < 0) {
            this.bytesUntilCut = Long.MAX_VALUE;
            this.sockets.forEach(FaultyNetwork::reset);
            throw new IOException("The network was cut");
        }
    }

    /** Resets a connection, instead of closing it in order. */
    private static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        }
        catch (IOException ex) {
            // It was closed before.
        }
    }

    @Override
    public void close() throws IOException {
        for (ServerSocket entrance : this.entrances) {
            entrance.close();
        }
        cut();
    }

    private static Thread start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            }
            catch (IOException | InterruptedException ex) {
                // One end is gone, and so is the other now.
            }
        }, "faulty-network");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @FunctionalInterface
    private interface Task {

        void run() throws IOException, InterruptedException;

    }

}
