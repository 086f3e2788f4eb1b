package io.github.claimcheck.temporal.store.s3;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.netty.util.internal.PlatformDependent;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.MessageDigestSpi;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * How the bytes travel between the store and S3: in how much memory, how often read, and
 * when not at all.
 */
class S3TransferTests {

    private static final int LARGE = 50_000_000;

    private static final Map<String, String> LOCATION = Map.of("bucket", "payloads", "key", "one");

    private static final String PASSWORD = "changeit";

    private final List<AutoCloseable> resources = new ArrayList<>();

    private final AtomicInteger requests = new AtomicInteger();

    private final AtomicLong announced = new AtomicLong(-1);

    private final AtomicInteger announcements = new AtomicInteger();

    private CompletableFuture<Void> admitted = CompletableFuture.completedFuture(null);

    @TempDir
    private Path directory;

    @AfterEach
    void closeResources() throws Exception {
        for (AutoCloseable resource : this.resources) {
            resource.close();
        }
    }

    private CompletableFuture<Void> admit(long size) {
        this.announced.set(size);
        this.announcements.incrementAndGet();
        return this.admitted;
    }

    @ParameterizedTest
    @S3ServerTest
    @ValueSource(ints = { 0, 1, 64 * 1024, 64 * 1024 + 1, 5_000_000 })
    void storesAndFetchesContentsOfAllSizes(int size) {
        byte[] content = Payloads.bytes(size, 1);
        S3Server server = S3Server.shared();
        Map<String, String> location = Map.of("bucket", server.createBucket(), "key", "one");
        S3ObjectStore store = new S3ObjectStore(server.getClient(), false, (context, payload) -> "", "",
                OwnPlaces.withKeyPrefixes("", List.of()), S3TestDrivers.uploads(server.getClient()));

        store.put(location, ByteString.copyFrom(content), HexFormat.of().parseHex(Payloads.sha256(content))).join();

        assertThat(store.get(location, this::admit).join()).isEqualTo(content);
        assertThat(this.announced).hasValue(size);
        assertThat(this.announcements).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(classes = { IllegalStateException.class, UncheckedIOException.class, OutOfMemoryError.class })
    void whatRefusesTheSizeEndsTheDownloadAtOnce(Class<? extends Throwable> type) throws Exception {
        Throwable refusal = (type == UncheckedIOException.class) ? new UncheckedIOException(new IOException("refused"))
                : type.getConstructor(String.class).newInstance("refused");
        Answer answer = new Answer(LARGE);
        S3ObjectStore store = storeOn(answer);

        CompletableFuture<byte[]> content = store.get(LOCATION, (size) -> {
            admit(size);
            return CompletableFuture.failedFuture(refusal);
        });

        assertThat(failureOf(content)).isSameAs(refusal);
        await().untilAsserted(() -> assertThat(answer.brokenOff).isTrue());
        assertThat(answer.written).isLessThan(LARGE / 2);
        assertThat(this.announced).hasValue(LARGE);
        await().during(Duration.ofMillis(500)).untilAsserted(() -> {
            assertThat(this.requests).hasValue(1);
            assertThat(this.announcements).hasValue(1);
        });
    }

    @Test
    void readsNothingUntilThereIsRoom() throws Exception {
        Answer answer = new Answer(LARGE);
        this.admitted = new CompletableFuture<>();
        CompletableFuture<byte[]> content = storeOn(answer).get(LOCATION, this::admit);
        await().untilAsserted(() -> assertThat(this.announced).hasValue(LARGE));
        await().during(Duration.ofMillis(500)).untilAsserted(() -> assertThat(answer.written).isLessThan(LARGE / 2));

        this.admitted.complete(null);

        assertThat(content.get()).hasSize(LARGE);
        assertThat(this.requests).hasValue(1);
    }

    @Test
    void cancellingInTheMiddleEndsTheDownloadAtOnce() {
        Answer answer = new Answer(LARGE);
        answer.pauseAfter = LARGE / 4;
        S3ObjectStore store = storeOn(answer);

        CompletableFuture<byte[]> content = store.get(LOCATION, this::admit);
        await().untilAsserted(() -> assertThat(answer.written).isGreaterThanOrEqualTo(LARGE / 4));
        content.cancel(true);
        answer.goOn.countDown();

        assertThat(failureOf(content)).isInstanceOf(CancellationException.class);
        await().untilAsserted(() -> assertThat(answer.brokenOff).isTrue());
        assertThat(this.requests).hasValue(1);
    }

    @Test
    void announcesOnceHoweverOftenTheClientTries() {
        byte[] content = Payloads.bytes(3_000_000, 2);
        S3ObjectStore store = storeOn((exchange) -> {
            exchange.sendResponseHeaders(200, content.length);
            boolean first = this.requests.get() == 1;
            exchange.getResponseBody().write(content, 0, first ? content.length / 2 : content.length);
        });

        assertThat(store.get(LOCATION, this::admit).join()).isEqualTo(content);

        assertThat(this.requests).hasValue(2);
        assertThat(this.announcements).hasValue(1);
    }

    @Test
    void refusesAnObjectThatHasAnotherSizeAtTheNextAttempt() {
        byte[] content = Payloads.bytes(3_000_000, 2);
        S3ObjectStore store = storeOn((exchange) -> {
            boolean first = this.requests.get() == 1;
            exchange.sendResponseHeaders(200, first ? content.length - 1 : content.length);
            exchange.getResponseBody().write(content, 0, first ? content.length / 2 : content.length);
        });

        assertThat(failureOf(store.get(LOCATION, this::admit)))
            .hasMessage("The object had 2999999 bytes at first, but has 3000000 bytes in another attempt");

        assertThat(this.announced).hasValue(content.length - 1);
        assertThat(this.announcements).hasValue(1);
    }

    @Test
    void refusesAnObjectOfUnknownSize() {
        S3ObjectStore store = storeOn((exchange) -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[1_000]);
        });

        assertThat(failureOf(store.get(LOCATION, this::admit)))
            .hasMessage("The store did not report the size of the object");

        assertThat(this.requests).hasValue(1);
        assertThat(this.announcements).hasValue(0);
    }

    @Test
    void announcesTheWholeObjectToAClientThatFetchesItInParts() {
        byte[] content = Payloads.bytes(2_000_000, 5);
        HttpServer server = serve("http", (exchange) -> {
            int part = exchange.getRequestURI().getQuery().contains("partNumber=1") ? 0 : 1;
            exchange.getResponseHeaders().set("ETag", "\"one\"");
            exchange.getResponseHeaders().set("x-amz-mp-parts-count", "2");
            exchange.getResponseHeaders()
                .set("Content-Range", (part == 0) ? "bytes 0-999999/2000000" : "bytes 1000000-1999999/2000000");
            exchange.sendResponseHeaders(206, 1_000_000);
            exchange.getResponseBody().write(content, part * 1_000_000, 1_000_000);
        });
        try (S3AsyncClient client = S3AsyncClient.builder()
            .multipartEnabled(true)
            .endpointOverride(URI.create(url("http", server)))
            .region(Region.EU_WEST_1)
            .forcePathStyle(true)
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .build()) {
            S3ObjectStore store = new S3ObjectStore(client, false, (context, payload) -> "payloads", "",
                    OwnPlaces.withKeyPrefixes("", List.of()), S3TestDrivers.uploads(client));

            assertThat(store.get(LOCATION, this::admit).join()).isEqualTo(content);
        }
        assertThat(this.requests).hasValue(2);
        assertThat(this.announced).hasValue(content.length);
        assertThat(this.announcements).hasValue(1);
    }

    /** A client of the application may decrypt or decompress. The driver verifies. */
    @ParameterizedTest
    @ValueSource(ints = { 0, 9, 10, 11, 1_000 })
    void receivesWhatTheClientMakesOfAnObject(int passed) {
        byte[] content = Payloads.bytes(passed, 6);

        assertThat(received(content).join()).isEqualTo(content);
    }

    @Test
    void receivesNoMoreThanTheLargestObject() {
        assertThat(failureOf(received(new byte[1_001]))).isInstanceOf(IOException.class)
            .hasMessage("The client passed more than 1000 bytes of the object");
    }

    /** Receives an object that S3 said to have ten bytes, with a limit of 1,000. */
    private static CompletableFuture<byte[]> received(byte[] passed) {
        ContentResponseTransformer receiver = new ContentResponseTransformer(new Admission() {

            @Override
            public CompletableFuture<Void> admit(long bytes) {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public long maxSize() {
                return 1_000;
            }

        }, new CompletableFuture<>());
        CompletableFuture<byte[]> received = receiver.prepare();
        receiver.onResponse(GetObjectResponse.builder().contentLength(10L).build());
        receiver.onStream(SdkPublisher.adapt(AsyncRequestBody.fromByteBuffer(ByteBuffer.wrap(passed))));
        return received;
    }

    @Test
    void uploadsInAFractionOfTheMemoryThatTheContentsNeed() {
        S3ObjectStore store = storeOn((exchange) -> {
            exchange.getResponseHeaders().set("ETag", "\"one\"");
            exchange.sendResponseHeaders(200, -1);
        });
        byte[] content = new byte[LARGE];
        byte[] digest = HexFormat.of().parseHex(Payloads.sha256(content));
        long before = PlatformDependent.usedDirectMemory();
        assertThat(before).isGreaterThanOrEqualTo(0);

        CompletableFuture<?>[] uploads = IntStream.range(0, 10)
            .mapToObj((i) -> store.put(LOCATION, ByteString.copyFrom(content), digest))
            .toArray(CompletableFuture<?>[]::new);
        CompletableFuture<Void> all = CompletableFuture.allOf(uploads);
        long peak = before;
        while (!all.isDone()) {
            peak = Math.max(peak, PlatformDependent.usedDirectMemory());
            LockSupport.parkNanos(200_000);
        }
        all.join();

        // One buffer for each content would be 500 MB.
        assertThat(peak - before).isLessThan(64_000_000);
    }

    @Test
    void sendsAnUploadAgainFromItsBeginning() {
        List<String> digests = new CopyOnWriteArrayList<>();
        HttpHandler busyOnce = (exchange) -> {
            digests.add(exchange.getResponseHeaders().getFirst("received-sha256"));
            exchange.getResponseHeaders().set("ETag", "\"one\"");
            exchange.sendResponseHeaders((digests.size() == 1) ? 503 : 200, -1);
        };
        byte[] content = Payloads.bytes(1_000_000, 3);

        storeOn(busyOnce).put(LOCATION, ByteString.copyFrom(content), HexFormat.of().parseHex(Payloads.sha256(content)))
            .join();

        assertThat(digests).containsExactly(Payloads.sha256(content), Payloads.sha256(content));
    }

    @Test
    void theSignatureCoversTheDigestOverHttp() {
        assertDigestIsSigned(requestOver("http"), "http");
    }

    @Test
    void theSignatureCoversTheDigestOverHttps() {
        assertDigestIsSigned(requestOver("https"), "https");
    }

    private static void assertDigestIsSigned(Map<String, String> headers, String scheme) {
        String digest = headers.get("received-sha256");
        assertThat(headers).containsEntry("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
            .containsEntry("x-amz-checksum-sha256", Base64.getEncoder().encodeToString(HexFormat.of().parseHex(digest)))
            .containsEntry("content-length", "300000")
            .containsEntry("received-over", scheme)
            .doesNotContainKeys("content-encoding", "transfer-encoding", "x-amz-trailer", "content-md5",
                    "x-amz-sdk-checksum-algorithm");
        assertThat(headers.get("authorization")).startsWith("AWS4-HMAC-SHA256 ")
            .containsPattern("SignedHeaders=[^,]*;x-amz-checksum-sha256;x-amz-content-sha256;");
    }

    /** The headers that the server sees of an upload by the starter's driver. */
    private Map<String, String> requestOver(String scheme) {
        List<Map<String, String>> seen = new CopyOnWriteArrayList<>();
        HttpServer server = serve(scheme, (exchange) -> {
            Map<String, String> headers = new TreeMap<>();
            exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
            headers.put("received-sha256", exchange.getResponseHeaders().getFirst("received-sha256"));
            headers.put("received-over", (exchange instanceof HttpsExchange) ? "https" : "http");
            seen.add(headers);
            exchange.getResponseHeaders().set("ETag", "\"one\"");
            exchange.sendResponseHeaders(200, -1);
        });
        new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withPropertyValues(S3Server.properties("payloads", URI.create(url(scheme, server))))
            .withBean(S3AsyncClientBuilderCustomizer.class, () -> (builder) -> {
                if (scheme.equals("https")) {
                    builder.httpClientBuilder(
                            NettyNioAsyncHttpClient.builder().tlsTrustManagersProvider(() -> trustManagers()));
                }
            })
            .run((context) -> context.getBean(StorageDriver.class)
                .store(StorageContexts.store(null), List.of(Payloads.ofSerializedSize(300_000)))
                .join());
        assertThat(seen).hasSize(1);
        return seen.get(0);
    }

    @Test
    @S3ServerTest
    void readsThePayloadOnceForItsDigestAndNeverAgain() {
        Payload payload = Payloads.of(Payloads.bytes(4_000_000, 4));
        try (S3Gateway gateway = S3Gateway.to(S3Server.shared()); CountingDigests digests = new CountingDigests()) {
            new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
                .withPropertyValues(gateway.properties(S3Server.shared().createBucket()))
                .withPropertyValues("temporal.external-storage.cache.max-size=0")
                .run((context) -> {
                    StorageDriver driver = context.getBean(StorageDriver.class);

                    long before = digests.bytes.get();
                    List<StorageDriverClaim> claims = driver.store(StorageContexts.store(null), List.of(payload))
                        .join();
                    // The signature takes a few short digests of its own.
                    assertThat(digests.bytes.get() - before).isBetween((long) payload.getSerializedSize(),
                            payload.getSerializedSize() + 10_000L);

                    before = digests.bytes.get();
                    assertThat(driver.retrieve(StorageContexts.retrieve(), claims).join()).containsExactly(payload);
                    assertThat(digests.bytes.get() - before).isBetween((long) payload.getSerializedSize(),
                            payload.getSerializedSize() + 10_000L);
                });
            assertThat(gateway.requests()).filteredOn((request) -> request.method().equals("GET"))
                .singleElement()
                .satisfies(
                        (request) -> assertThat(request.headers().keySet()).map((name) -> name.toLowerCase(Locale.ROOT))
                            .doesNotContain("x-amz-checksum-mode", "x-amz-te"));
        }
    }

    private S3ObjectStore storeOn(HttpHandler handler) {
        HttpServer server = serve("http", handler);
        S3AsyncClient client = S3Server.newClient(URI.create(url("http", server)));
        this.resources.add(client);
        return new S3ObjectStore(client, false, (context, payload) -> "payloads", "",
                OwnPlaces.withKeyPrefixes("", List.of()), S3TestDrivers.uploads(client));
    }

    private HttpServer serve(String scheme, HttpHandler handler) {
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            HttpServer server = scheme.equals("https") ? httpsServer(address) : HttpServer.create(address, 0);
            ExecutorService threads = Executors.newCachedThreadPool();
            server.setExecutor(threads);
            server.createContext("/", (exchange) -> {
                this.requests.incrementAndGet();
                try {
                    exchange.getResponseHeaders().set("received-sha256", received(exchange));
                    handler.handle(exchange);
                }
                finally {
                    exchange.close();
                }
            });
            server.start();
            this.resources.add(() -> {
                server.stop(0);
                threads.shutdownNow();
            });
            return server;
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static String url(String scheme, HttpServer server) {
        return scheme + "://localhost:" + server.getAddress().getPort();
    }

    /** Returns a server with a certificate of its own. */
    private HttpServer httpsServer(InetSocketAddress address) throws IOException {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(certificate(), PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            HttpsServer server = HttpsServer.create(address, 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context));
            return server;
        }
        catch (GeneralSecurityException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private TrustManager[] trustManagers() {
        try {
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(certificate());
            return trusted.getTrustManagers();
        }
        catch (GeneralSecurityException | IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private KeyStore certificate() throws GeneralSecurityException, IOException {
        Path file = this.directory.resolve("certificate.p12");
        if (!Files.exists(file)) {
            Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair", "-keyalg", "EC", "-alias", "server", "-dname", "CN=localhost", "-ext",
                    "san=dns:localhost", "-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
            assertThat(keytool.onExit().join().exitValue()).isZero();
        }
        return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    }

    /**
     * Reads an upload, and returns the digest of what came, but for those that are about
     * memory.
     */
    private static String received(HttpExchange exchange) throws IOException {
        InputStream body = exchange.getRequestBody();
        if (String.valueOf(LARGE).equals(exchange.getRequestHeaders().getFirst("content-length"))) {
            body.transferTo(OutputStream.nullOutputStream());
            return "";
        }
        return Payloads.sha256(body.readAllBytes());
    }

    private static Throwable failureOf(CompletableFuture<?> future) {
        Throwable failure = catchThrowable(() -> future.get(30, TimeUnit.SECONDS));
        return (failure instanceof ExecutionException) ? failure.getCause() : failure;
    }

    /** Answers with an object, and notices when nobody reads on. */
    private static final class Answer implements HttpHandler {

        private final int size;

        private final CountDownLatch goOn = new CountDownLatch(1);

        private volatile int pauseAfter = Integer.MAX_VALUE;

        private volatile int written;

        private volatile boolean brokenOff;

        Answer(int size) {
            this.size = size;
        }

        @Override
        public void handle(HttpExchange exchange) throws IOException {
            exchange.sendResponseHeaders(200, this.size);
            byte[] chunk = new byte[100_000];
            try {
                OutputStream body = exchange.getResponseBody();
                while (this.written < this.size) {
                    if (this.written >= this.pauseAfter) {
                        this.goOn.await();
                    }
                    body.write(chunk);
                    this.written += chunk.length;
                }
            }
            catch (IOException ex) {
                this.brokenOff = true;
                throw ex;
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }

    }

    /** Counts all bytes that go into SHA-256 digests anywhere in the process. */
    private static final class CountingDigests extends Provider implements AutoCloseable {

        private static final long serialVersionUID = 1;

        private final AtomicLong bytes = new AtomicLong();

        private final Provider actual = Security.getProvider("SUN");

        CountingDigests() {
            super("counting", "1", "Counts what is digested");
            putService(new Service(this, "MessageDigest", "SHA-256", CountingDigests.class.getName(), null, null) {

                @Override
                public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
                    return counting(MessageDigest.getInstance("SHA-256", CountingDigests.this.actual));
                }

            });
            Security.insertProviderAt(this, 1);
        }

        private MessageDigestSpi counting(MessageDigest digest) {
            return new MessageDigestSpi() {

                @Override
                protected void engineUpdate(byte input) {
                    CountingDigests.this.bytes.incrementAndGet();
                    digest.update(input);
                }

                @Override
                protected void engineUpdate(byte[] input, int offset, int length) {
                    CountingDigests.this.bytes.addAndGet(length);
                    digest.update(input, offset, length);
                }

                @Override
                protected byte[] engineDigest() {
                    return digest.digest();
                }

                @Override
                protected void engineReset() {
                    digest.reset();
                }

            };
        }

        @Override
        public void close() {
            Security.removeProvider(getName());
        }

    }

}
