package io.github.claimcheck.temporal.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** Speaks TLS, and passes the bytes on to a server that does not. */
public final class TlsRelay implements AutoCloseable {

    /** The name of all its threads. */
    public static final String THREADS = "tls-relay";

    private final SSLServerSocket server;

    private final int upstream;

    private final Set<Closeable> sockets = ConcurrentHashMap.newKeySet();

    private final ExecutorService threads = Executors.newCachedThreadPool((task) -> new Thread(task, THREADS));

    /**
     * @param context the certificate of the server, and what it trusts
     * @param upstream the port of the server behind
     * @param needsClientCertificate whether a client must have a certificate
     */
    public TlsRelay(SSLContext context, int upstream, boolean needsClientCertificate) throws IOException {
        this.upstream = upstream;
        this.server = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.server.setNeedClientAuth(needsClientCertificate);
        this.sockets.add(this.server);
        this.threads.execute(this::accept);
    }

    public int port() {
        return this.server.getLocalPort();
    }

    public URI endpoint() {
        return URI.create("https://localhost:" + port());
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
        try (socket; Socket behind = new Socket(InetAddress.getLoopbackAddress(), this.upstream)) {
            this.sockets.add(behind);
            this.threads.execute(() -> copy(behind, socket));
            copy(socket, behind);
        }
        catch (IOException ex) {
            // The client has refused, or is gone.
        }
    }

    private static void copy(Socket from, Socket to) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream input = from.getInputStream();
            for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
                to.getOutputStream().write(buffer, 0, read);
                to.getOutputStream().flush();
            }
            to.close();
        }
        catch (IOException ex) {
            close(to);
        }
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void close() {
        this.sockets.forEach(TlsRelay::close);
        this.threads.shutdownNow();
    }

}
