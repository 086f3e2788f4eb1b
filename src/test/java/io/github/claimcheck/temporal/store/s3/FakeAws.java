package io.github.claimcheck.temporal.store.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * AWS STS, the metadata service of a node, the credentials service of a container, and
 * S3, which remembers who has signed. The access key of a role is its name; that of a
 * role which another identity assumes is {@code name<identity}. The node's is NODE, the
 * container's CONTAINER.
 */
final class FakeAws implements AutoCloseable {

    static final String CONTAINER_TOKEN = "container-token";

    private static final Pattern SIGNATURE = Pattern.compile("Credential=([^/]+)/[^/]+/([^/]+)/([^/]+)/");

    private final HttpServer server;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    private final List<String> signers = new CopyOnWriteArrayList<>();

    private final List<String> requests = new CopyOnWriteArrayList<>();

    FakeAws() throws IOException {
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        this.server.createContext("/latest", this::node);
        this.server.createContext("/container", this::container);
        this.server.createContext("/", this::store);
        this.server.setExecutor(this.threads);
        this.server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + this.server.getAddress().getPort());
    }

    /** Returns who has signed requests to S3, each as {@code key@region}. */
    List<String> signers() {
        return List.copyOf(this.signers);
    }

    /** Returns the requests to the other services. */
    List<String> requests() {
        return List.copyOf(this.requests);
    }

    private void issue(HttpExchange exchange) throws IOException {
        Map<String, String> request = Arrays
            .stream(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8).split("&"))
            .map((entry) -> entry.split("=", 2))
            .collect(Collectors.toMap((entry) -> entry[0],
                    (entry) -> URLDecoder.decode(entry[1], StandardCharsets.UTF_8)));
        String action = request.get("Action");
        String role = request.get("RoleArn").replaceFirst(".*/", "");
        Matcher signature = signature(exchange);
        this.requests.add(action + " " + role + (signature.find() ? " in " + signature.group(2) : ""));
        if (role.equals("forbidden")) {
            answer(exchange, 403, "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not "
                    + "authorized to perform sts:" + action + "</Message></Error></ErrorResponse>");
            return;
        }
        String token = request.getOrDefault("WebIdentityToken", "");
        String key = action.equals("AssumeRole") ? role + "<" + signature.group(1) : role + token;
        answer(exchange, 200,
                "<" + action + "Response><" + action + "Result><Credentials><AccessKeyId>" + key.replace("<", "&lt;")
                        + "</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>"
                        + "session</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></" + action
                        + "Result></" + action + "Response>");
    }

    private void node(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        this.requests.add("node");
        if (path.equals("/latest/api/token")) {
            exchange.getResponseHeaders().set("x-aws-ec2-metadata-token-ttl-seconds", "21600");
            answer(exchange, 200, "token");
        }
        else if (path.endsWith("/security-credentials/")) {
            answer(exchange, 200, "node-role");
        }
        else if (path.endsWith("/security-credentials/node-role")) {
            answer(exchange, 200, credentials("NODE"));
        }
        else if (path.endsWith("/instance-identity/document")) {
            answer(exchange, 200, "{\"region\":\"eu-north-1\"}");
        }
        else {
            answer(exchange, 404, "");
        }
    }

    private void container(HttpExchange exchange) throws IOException {
        this.requests.add("container");
        boolean known = CONTAINER_TOKEN.equals(exchange.getRequestHeaders().getFirst("Authorization"));
        answer(exchange, known ? 200 : 401, known ? credentials("CONTAINER") : "");
    }

    private static String credentials(String key) {
        return "{\"Code\":\"Success\",\"AccessKeyId\":\"" + key
                + "\",\"SecretAccessKey\":\"secret\",\"Token\":\"session\",\"Expiration\":\"2100-01-01T00:00:00Z\"}";
    }

    private void store(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("POST")) {
            issue(exchange);
            return;
        }
        exchange.getRequestBody().readAllBytes();
        Matcher signature = signature(exchange);
        this.signers.add(signature.find() ? signature.group(1) + "@" + signature.group(2) : "nobody");
        String checksum = exchange.getRequestHeaders().getFirst("x-amz-checksum-sha256");
        if (checksum != null) {
            exchange.getResponseHeaders().set("x-amz-checksum-sha256", checksum);
        }
        exchange.getResponseHeaders().set("ETag", "\"0\"");
        answer(exchange, 200, "");
    }

    private static Matcher signature(HttpExchange exchange) {
        return SIGNATURE.matcher(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, (bytes.length == 0) ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        this.server.stop(0);
        this.threads.shutdownNow();
    }

}
