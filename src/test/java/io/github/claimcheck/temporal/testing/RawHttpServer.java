package io.github.claimcheck.temporal.testing;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server that writes to its connections what a test says, also what no HTTP library
 * lets a server write. It keeps what it has received of each path.
 */
public final class RawHttpServer implements AutoCloseable {

    private final ServerSocket socket;

    private final Script script;

    private final Queue<Socket> connections = new ConcurrentLinkedQueue<>();

    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

    private final Map<String, byte[]> received = new ConcurrentHashMap<>();

    private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
        Thread thread = new Thread(task, "raw-http-server");
        thread.setDaemon(true);
        return thread;
    });

    public RawHttpServer(Script script) {
        this.script = script;
        try {
            this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        this.threads.execute(this::accept);
    }

    public URI getEndpoint() {
        return URI.create("http://127.0.0.1:" + this.socket.getLocalPort());
    }

    /** Returns the heads of all requests, in the order in which they came. */
    public List<Request> requests() {
        return List.copyOf(this.requests);
    }

    /** Returns the bodies that were received whole, by path. */
    public Map<String, byte[]> received() {
        return this.received;
    }

    private void accept() {
        while (!this.socket.isClosed()) {
            try {
                Socket connection = this.socket.accept();
                this.connections.add(connection);
                this.threads.execute(() -> serve(connection));
            }
            catch (IOException ex) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream input = new BufferedInputStream(connection.getInputStream());
            while (!connection.isClosed()) {
                Request request = new Request(connection, input, head(input));
                this.requests.add(request);
                this.script.answer(request);
            }
        }
        catch (IOException ex) {
            // The client has hung up, or the server is closed.
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private static String head(InputStream input) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = input.read();
            if (next < 0) {
                throw new EOFException();
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        this.socket.close();
        for (Socket connection : this.connections) {
            connection.close();
        }
        this.threads.shutdownNow();
    }

    /** Answers requests. */
    @FunctionalInterface
    public interface Script {

        void answer(Request request) throws IOException, InterruptedException;

    }

    /** A request, of which only the head was read. */
    public final class Request {

        private final Socket connection;

        private final InputStream input;

        private final String line;

        private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

        private Request(Socket connection, InputStream input, String head) {
            this.connection = connection;
            this.input = input;
            String[] lines = head.split("\r\n");
            this.line = lines[0];
            for (int i = 1; i < lines.length; i++) {
                int colon = lines[i].indexOf(':');
                this.headers.put(lines[i].substring(0, colon), lines[i].substring(colon + 1).trim());
            }
        }

        public String method() {
            return this.line.split(" ")[0];
        }

        public String path() {
            return this.line.split(" ")[1];
        }

        /** Returns a header, or null. */
        public String header(String name) {
            return this.headers.get(name);
        }

        /** Reads the body, and keeps it. */
        public byte[] receive() throws IOException {
            String length = header("Content-Length");
            byte[] body = this.input.readNBytes((length != null) ? Integer.parseInt(length) : 0);
            RawHttpServer.this.received.put(path(), body);
            return body;
        }

        public void write(String text) throws IOException {
            this.connection.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            this.connection.getOutputStream().flush();
        }

        /** Writes a response whose headers are lines, and which has its length. */
        public void respond(int status, String body, String... headers) throws IOException {
            StringBuilder text = new StringBuilder();
            text.append(String.format(Locale.ROOT, "HTTP/1.1 %d Status\r\nContent-Length: %d\r\n", status,
                    body.getBytes(StandardCharsets.UTF_8).length));
            for (String header : headers) {
                text.append(header).append("\r\n");
            }
            write(text + "\r\n" + body);
        }

        public void hangUp() throws IOException {
            this.connection.close();
        }

    }

}
