package io.github.claimcheck.temporal.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A reverse proxy before an {@link S3Server}, or another store that speaks HTTP. It
 * passes requests on as they are, signatures included, records them, and behaves for each
 * HTTP method as a test says: {@code gateway.on("GET", S3Gateway.denied())}.
 */
public final class S3Gateway implements AutoCloseable {

    /** What concerns one connection only, or what the two ends set themselves. */
    private static final Set<String> HOP_BY_HOP = Set.of("connection", "content-length", "date", "expect", "keep-alive",
            "transfer-encoding", "upgrade");

    private final URI upstream;

    private final HttpServer server;

    private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
        Thread thread = new Thread(task, "s3-gateway");
        thread.setDaemon(true);
        return thread;
    });

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();

    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

    private final AtomicLong bytesAnswered = new AtomicLong();

    private final AtomicInteger brokenOff = new AtomicInteger();

    private S3Gateway(URI upstream) throws IOException {
        this.upstream = upstream;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        this.server.createContext("/", this::handle);
        this.server.setExecutor(this.threads);
        this.server.start();
    }

    /** Starts a gateway before a server. */
    public static S3Gateway to(S3Server server) {
        return to(server.getEndpoint());
    }

    /** Starts a gateway before a server of any protocol over HTTP. */
    public static S3Gateway to(URI upstream) {
        try {
            return new S3Gateway(upstream);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    public URI getEndpoint() {
        return URI.create("http://127.0.0.1:" + this.server.getAddress().getPort());
    }

    /**
     * Returns the properties of an S3 driver that reaches its server through this
     * gateway.
     */
    public String[] properties(String bucket) {
        return S3Server.properties(bucket, getEndpoint());
    }

    /** From now on, treats requests with this method so. */
    public void on(String method, Behaviour behaviour) {
        this.behaviours.put(method, behaviour);
    }

    /** Returns all requests that came in whole, in the order in which they came. */
    public List<Request> requests() {
        return List.copyOf(this.requests);
    }

    /** Returns the number of requests that came in whole for each method. */
    public Map<String, Long> count() {
        return requests().stream().collect(Collectors.groupingBy(Request::method, Collectors.counting()));
    }

    /** Returns the number of bytes in the bodies of all answers. */
    public long bytesAnswered() {
        return this.bytesAnswered.get();
    }

    /** Forgets the requests and answers so far. */
    public void reset() {
        this.requests.clear();
        this.bytesAnswered.set(0);
    }

    /**
     * Returns the number of exchanges that the client hung up on before the end of its
     * request or of the answer.
     */
    public int brokenOff() {
        return this.brokenOff.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        // An exception that leaves this method makes the server drop the connection.
        Behaviour behaviour = isOfBucket(exchange.getRequestURI().getRawQuery()) ? Exchange::forward
                : this.behaviours.getOrDefault(exchange.getRequestMethod(), Exchange::forward);
        try {
            behaviour.beforeBody();
            behaviour.handle(new Exchange(exchange, receive(exchange)));
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        finally {
            exchange.close();
        }
    }

    private Received receive(HttpExchange exchange) throws IOException {
        byte[] body;
        try {
            body = exchange.getRequestBody().readAllBytes();
        }
        catch (IOException ex) {
            this.brokenOff.incrementAndGet();
            throw ex;
        }
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(exchange.getRequestHeaders());
        Request request = new Request(exchange.getRequestMethod(), exchange.getRequestURI().getRawPath(),
                exchange.getRequestURI().getRawQuery(), headers, body.length);
        if (!isOfBucket(request.query())) {
            this.requests.add(request);
        }
        return new Received(request, body);
    }

    /** Returns whether a request is the check of expiries, which comes at any time. */
    private static boolean isOfBucket(String query) {
        return "lifecycle".equals(query) || "versioning".equals(query);
    }

    private HttpResponse<byte[]> send(Request request, byte[] body) throws IOException, InterruptedException {
        String query = (request.query() != null) ? "?" + request.query() : "";
        BodyPublisher publisher = (request.header("content-length") != null || body.length > 0)
                ? BodyPublishers.ofByteArray(body) : BodyPublishers.noBody();
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(this.upstream + request.path() + query))
            .method(request.method(), publisher);
        request.headers().forEach((name, values) -> {
            // Azure's signature covers the date.
            if (!HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT)) || name.equalsIgnoreCase("date")) {
                values.forEach((value) -> builder.header(name, value));
            }
        });
        return this.client.send(builder.build(), BodyHandlers.ofByteArray());
    }

    @Override
    public void close() {
        this.server.stop(0);
        this.threads.shutdownNow();
    }

    /**
     * Answers 403 with the code {@code AccessDenied}, as S3 does without a permission.
     */
    public static Behaviour denied() {
        return failing(403, "AccessDenied");
    }

    /**
     * Answers 403 for what the server does not have, as S3 does without the permission to
     * list.
     */
    public static Behaviour denyingMissingObjects() {
        return (exchange) -> {
            HttpResponse<byte[]> response = exchange.send(exchange.received.body());
            if (response.statusCode() == 404) {
                exchange.fail(403, "AccessDenied");
            }
            else {
                exchange.answer(response.statusCode(), response.body(), response.body().length);
            }
        };
    }

    /** Answers with an S3 error code. */
    public static Behaviour failing(int status, String code) {
        return (exchange) -> exchange.fail(status, code);
    }

    /**
     * Answers the first requests with an S3 error code, and passes on those that follow.
     */
    public static Behaviour failing(int status, String code, int times) {
        AtomicInteger left = new AtomicInteger(times);
        return (exchange) -> {
            if (left.getAndDecrement() > 0) {
                exchange.fail(status, code);
            }
            else {
                exchange.forward();
            }
        };
    }

    /** Passes requests on after this time, as if the store were that far away. */
    public static Behaviour delayed(Duration delay) {
        return (exchange) -> {
            Thread.sleep(delay.toMillis());
            exchange.forward();
        };
    }

    /**
     * Answers as S3 does once it has stored an object, without asking the server.
     */
    public static Behaviour accepting() {
        return (exchange) -> {
            exchange.header("ETag", "\"one\"");
            exchange.answer(200, "");
        };
    }

    /** Hangs up instead of an answer. */
    public static Behaviour cut() {
        return (exchange) -> {
        };
    }

    /** Hangs up in the middle of the answer's body. */
    public static Behaviour cutInTheMiddle() {
        return Exchange::forwardHalf;
    }

    /** Changes the last byte of the answer's body. */
    public static Behaviour corruptingAnswers() {
        return (exchange) -> exchange.forward(UnaryOperator.identity(), S3Gateway::changeLastByte);
    }

    /** Changes the last byte of the answer's body, unless no cache may answer. */
    public static Behaviour corruptingAnswersOfCaches() {
        return (exchange) -> {
            if (exchange.request().isPastCaches()) {
                exchange.forward();
            }
            else {
                corruptingAnswers().handle(exchange);
            }
        };
    }

    /** Changes the last byte of the request's body. */
    public static Behaviour corruptingRequests() {
        return corruptingRequests(S3Gateway::changeLastByte);
    }

    /** Changes the request's body. */
    public static Behaviour corruptingRequests(UnaryOperator<byte[]> change) {
        return (exchange) -> exchange.forward(change, UnaryOperator.identity());
    }

    private static byte[] changeLastByte(byte[] body) {
        byte[] changed = body.clone();
        changed[changed.length - 1] ^= 1;
        return changed;
    }

    /** How requests are treated. */
    @FunctionalInterface
    public interface Behaviour {

        /** Called once the request's head is there, and before its body is read. */
        default void beforeBody() throws InterruptedException {
        }

        /** Answers the request; one without an answer is hung up on. */
        void handle(Exchange exchange) throws IOException, InterruptedException;

    }

    /**
     * Keeps requests waiting, with their bodies unread, until the test lets them go; then
     * passes them on.
     */
    public static final class Hold implements Behaviour {

        private final CountDownLatch arrived;

        private final CountDownLatch released = new CountDownLatch(1);

        /**
         * @param requests the number of requests that {@link #awaitArrival()} waits for
         */
        public Hold(int requests) {
            this.arrived = new CountDownLatch(requests);
        }

        public void awaitArrival() throws InterruptedException {
            if (!this.arrived.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError(this.arrived.getCount() + " more requests should have come");
            }
        }

        public void release() {
            this.released.countDown();
        }

        @Override
        public void beforeBody() throws InterruptedException {
            this.arrived.countDown();
            this.released.await();
        }

        @Override
        public void handle(Exchange exchange) throws IOException, InterruptedException {
            exchange.forward();
        }

    }

    /**
     * Passes one request on and keeps back the answer, until the test has done with it;
     * then hangs up.
     */
    public static final class HoldAnswer implements Behaviour {

        private final CountDownLatch answered = new CountDownLatch(1);

        private final CountDownLatch released = new CountDownLatch(1);

        /** Returns once the server has answered. */
        public void awaitAnswer() throws InterruptedException {
            if (!this.answered.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("The server should have answered a request");
            }
        }

        public void release() {
            this.released.countDown();
        }

        @Override
        public void handle(Exchange exchange) throws IOException, InterruptedException {
            exchange.send(exchange.received.body());
            this.answered.countDown();
            this.released.await();
        }

    }

    /**
     * Passes on half of the answer, and keeps back the rest until the test has done with
     * it; then hangs up.
     */
    public static final class HoldHalf implements Behaviour {

        private final CountDownLatch begun = new CountDownLatch(1);

        private final CountDownLatch released = new CountDownLatch(1);

        /** Returns once the first half is on its way. */
        public void awaitHalf() throws InterruptedException {
            if (!this.begun.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("An answer should have begun");
            }
        }

        public void release() {
            this.released.countDown();
        }

        @Override
        public void handle(Exchange exchange) throws IOException, InterruptedException {
            exchange.forwardHalf();
            this.begun.countDown();
            this.released.await();
        }

    }

    /**
     * A request as it came over the wire.
     *
     * @param method the HTTP method
     * @param path the path, encoded
     * @param query the query, encoded; null if there is none
     * @param headers the headers; the case of a name does not matter
     * @param bodySize the number of bytes in the body
     */
    public record Request(String method, String path, String query, Map<String, List<String>> headers, int bodySize) {

        /** Returns whether no cache may answer. */
        public boolean isPastCaches() {
            return "no-cache".equals(header("cache-control"))
                    || (header("cache-control") == null && "no-cache".equals(header("pragma")));
        }

        /** Returns the header's first value, or null. */
        public String header(String name) {
            List<String> values = this.headers.get(name);
            return (values != null) ? values.get(0) : null;
        }

    }

    /** A request that waits for its answer. */
    public final class Exchange {

        private final HttpExchange exchange;

        private final Received received;

        private Exchange(HttpExchange exchange, Received received) {
            this.exchange = exchange;
            this.received = received;
        }

        public Request request() {
            return this.received.request();
        }

        public void forward() throws IOException, InterruptedException {
            forward(UnaryOperator.identity(), UnaryOperator.identity());
        }

        private void forward(UnaryOperator<byte[]> requestBody, UnaryOperator<byte[]> responseBody)
                throws IOException, InterruptedException {
            HttpResponse<byte[]> response = send(requestBody.apply(this.received.body()));
            byte[] body = responseBody.apply(response.body());
            answer(response.statusCode(), body, body.length);
        }

        private void forwardHalf() throws IOException, InterruptedException {
            HttpResponse<byte[]> response = send(this.received.body());
            answer(response.statusCode(), response.body(), response.body().length / 2);
        }

        private HttpResponse<byte[]> send(byte[] body) throws IOException, InterruptedException {
            HttpResponse<byte[]> response = S3Gateway.this.send(request(), body);
            response.headers().map().forEach((name, values) -> {
                if (!HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT))) {
                    this.exchange.getResponseHeaders().put(name, values);
                }
            });
            return response;
        }

        private void fail(int status, String code) throws IOException {
            // Azure's clients look here for the code, and S3's into the body.
            this.exchange.getResponseHeaders().set("x-ms-error-code", code);
            this.exchange.getResponseHeaders().set("Content-Type", "application/xml");
            answer(status, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code + "</Code><Message>" + code
                    + " by the gateway</Message></Error>");
        }

        /** Sets a header of the answer. */
        public void header(String name, String value) {
            this.exchange.getResponseHeaders().set(name, value);
        }

        public void answer(int status, String body) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            answer(status, bytes, bytes.length);
        }

        private void answer(int status, byte[] body, int written) throws IOException {
            if (request().method().equals("HEAD") || body.length == 0) {
                this.exchange.sendResponseHeaders(status, -1);
                return;
            }
            try {
                this.exchange.sendResponseHeaders(status, body.length);
                S3Gateway.this.bytesAnswered.addAndGet(written);
                this.exchange.getResponseBody().write(body, 0, written);
            }
            catch (IOException ex) {
                S3Gateway.this.brokenOff.incrementAndGet();
                throw ex;
            }
        }

    }

    private record Received(Request request, byte[] body) {

    }

}
