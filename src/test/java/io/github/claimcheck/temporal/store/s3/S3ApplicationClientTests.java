package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Flux;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.DelegatingS3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** Clients as applications declare them. */
@S3ServerTest
class S3ApplicationClientTests {

    private static final String PREFIX = "temporal.external-storage.drivers.s3.";

    private static final Payload LARGE = Payloads.of(Payloads.bytes(20_000_000, 1));

    private static final Payload SMALL = Payloads.of(new byte[100_000]);

    private final S3Server server = S3Server.shared();

    private final String bucket = this.server.createBucket();

    private void run(S3AsyncClient client, DriverAction action, String... properties) {
        new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withPropertyValues("temporal.external-storage.cache.max-size=0", PREFIX + "bucket=" + this.bucket)
            .withPropertyValues(properties)
            .withBean(S3AsyncClient.class, () -> client)
            .run((context) -> action.on(context.getBean(StorageDriver.class)));
    }

    private static StorageDriverClaim store(StorageDriver driver, Payload payload) {
        return driver.store(StorageContexts.store(null), List.of(payload)).join().get(0);
    }

    private static Payload retrieve(StorageDriver driver, StorageDriverClaim claim) {
        return driver.retrieve(StorageContexts.retrieve(), List.of(claim)).join().get(0);
    }

    private static void assertRoundTrip(StorageDriver driver) {
        for (Payload payload : List.of(SMALL, LARGE)) {
            assertThat(retrieve(driver, store(driver, payload))).isEqualTo(payload);
        }
    }

    /** Clients of the SDK. */
    private enum Kind {

        PLAIN {

            @Override
            S3AsyncClient create(URI endpoint) {
                return builder(endpoint).build();
            }

        },

        MULTIPART {

            @Override
            S3AsyncClient create(URI endpoint) {
                return builder(endpoint).multipartEnabled(true)
                    .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                    .build();
            }

        },

        MULTIPART_WITH_CHECKSUMS {

            @Override
            S3AsyncClient create(URI endpoint) {
                return builder(endpoint).multipartEnabled(true).build();
            }

        },

        CROSS_REGION {

            @Override
            S3AsyncClient create(URI endpoint) {
                return builder(endpoint).crossRegionAccessEnabled(true).build();
            }

        },

        CROSS_REGION_MULTIPART {

            @Override
            S3AsyncClient create(URI endpoint) {
                return builder(endpoint).crossRegionAccessEnabled(true)
                    .multipartEnabled(true)
                    .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                    .build();
            }

        };

        abstract S3AsyncClient create(URI endpoint);

    }

    private static final StaticCredentialsProvider CREDENTIALS = StaticCredentialsProvider
        .create(AwsBasicCredentials.create(S3Server.ACCESS_KEY_ID, S3Server.SECRET_ACCESS_KEY));

    private static S3AsyncClientBuilder builder(URI endpoint) {
        return S3AsyncClient.builder()
            .endpointOverride(endpoint)
            .region(Region.EU_WEST_1)
            .forcePathStyle(true)
            .credentialsProvider(CREDENTIALS);
    }

    /** S3 verifies each payload whole, if the client lets it. */
    @ParameterizedTest
    @EnumSource
    void storesWithAnyClientOfTheSdk(Kind kind) {
        try (S3Gateway gateway = S3Gateway.to(this.server); S3AsyncClient client = kind.create(gateway.getEndpoint())) {
            run(client, S3ApplicationClientTests::assertRoundTrip);

            assertThat(gateway.requests()).filteredOn((request) -> request.method().equals("PUT"))
                .hasSize(2)
                .allSatisfy((request) -> assertThat(request.header("x-amz-checksum-sha256")).isNotNull());
        }
    }

    /** What the client of the application does must not be left out. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void storesInPartsWithAClientThatInsistsOnThem(boolean hidden) throws Exception {
        try (PartsServer parts = new PartsServer();
                S3AsyncClient client = hidden ? new Wrapper(Kind.MULTIPART_WITH_CHECKSUMS.create(parts.getEndpoint()))
                        : crt(parts.getEndpoint())) {
            run(client, (driver) -> store(driver, LARGE));

            assertThat(parts.content()).isEqualTo(LARGE.toByteArray());
            assertThat(parts.headers).contains("x-amz-checksum-algorithm=crc32")
                .noneMatch((header) -> header.contains("sha256=") && header.contains("checksum"))
                .doesNotContain("x-amz-checksum-type=full_object");
        }
    }

    private static S3AsyncClient crt(URI endpoint) {
        return S3AsyncClient.crtBuilder()
            .endpointOverride(endpoint)
            .region(Region.EU_WEST_1)
            .forcePathStyle(true)
            .credentialsProvider(CREDENTIALS)
            .build();
    }

    @Test
    void aClientThatIsSentToTheRegionWaitsBeforeItSendsTheBody() {
        try (S3Gateway gateway = S3Gateway.to(this.server);
                S3AsyncClient client = Kind.CROSS_REGION.create(gateway.getEndpoint());
                S3AsyncClient other = Kind.PLAIN.create(gateway.getEndpoint())) {
            run(client, (driver) -> store(driver, LARGE));
            run(other, (driver) -> store(driver, LARGE));

            assertThat(gateway.requests()).map((request) -> request.header("Expect"))
                .containsExactly("100-continue", null);
        }
    }

    /** Either it works, or nothing counts as stored. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void whatAClientEncryptsIsReadBackOrRefused(boolean checksum) {
        assertReadBackOrRefused(checksum, (content) -> {
            byte[] changed = new byte[content.length + 16];
            for (int i = 0; i < content.length; i++) {
                changed[i] = (byte) (content[i] ^ 0x55);
            }
            return changed;
        }, (changed) -> {
            byte[] content = new byte[changed.length - 16];
            for (int i = 0; i < content.length; i++) {
                content[i] = (byte) (changed[i] ^ 0x55);
            }
            return content;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void whatAClientCompressesIsReadBackOrRefused(boolean checksum) {
        assertReadBackOrRefused(checksum, S3ApplicationClientTests::gzip, S3ApplicationClientTests::gunzip);
    }

    private void assertReadBackOrRefused(boolean checksum, UnaryOperator<byte[]> encode, UnaryOperator<byte[]> decode) {
        try (S3AsyncClient plain = Kind.PLAIN.create(this.server.getEndpoint());
                S3AsyncClient client = new EncodingClient(plain, encode, decode)) {
            run(client, (driver) -> {
                if (checksum) {
                    assertThat(catchThrowable(() -> store(driver, SMALL)).getCause())
                        .isInstanceOf(StorageDriverException.class)
                        .hasMessageContaining("a Temporal PayloadCodec");
                    assertThat(this.server.keys(this.bucket)).isEmpty();
                }
                else {
                    assertThat(retrieve(driver, store(driver, SMALL))).isEqualTo(SMALL);
                }
            }, PREFIX + "upload-checksum=" + checksum);
        }
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(output)) {
            gzip.write(content);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return output.toByteArray();
    }

    private static byte[] gunzip(byte[] content) {
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(content))) {
            return gzip.readAllBytes();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Stores other bytes than it is given, and gives back what it was given. */
    private static final class EncodingClient extends DelegatingS3AsyncClient {

        private final UnaryOperator<byte[]> encode;

        private final UnaryOperator<byte[]> decode;

        EncodingClient(S3AsyncClient delegate, UnaryOperator<byte[]> encode, UnaryOperator<byte[]> decode) {
            super(delegate);
            this.encode = encode;
            this.decode = decode;
        }

        @Override
        public CompletableFuture<PutObjectResponse> putObject(PutObjectRequest request, AsyncRequestBody body) {
            return all(body).thenCompose(
                    (content) -> super.putObject(request, AsyncRequestBody.fromBytes(this.encode.apply(content))));
        }

        @Override
        public <T> CompletableFuture<T> getObject(GetObjectRequest request,
                AsyncResponseTransformer<GetObjectResponse, T> transformer) {
            return super.getObject(request, AsyncResponseTransformer.toBytes()).thenCompose((encoded) -> {
                CompletableFuture<T> result = transformer.prepare();
                transformer.onResponse(encoded.response());
                transformer
                    .onStream(SdkPublisher.adapt(Flux.just(ByteBuffer.wrap(this.decode.apply(encoded.asByteArray())))));
                return result;
            });
        }

        private static CompletableFuture<byte[]> all(AsyncRequestBody body) {
            return Flux.from(body).collect(ByteArrayOutputStream::new, (all, chunk) -> {
                byte[] bytes = new byte[chunk.remaining()];
                chunk.get(bytes);
                all.writeBytes(bytes);
            }).map(ByteArrayOutputStream::toByteArray).toFuture();
        }

    }

    /** A client as a library for metrics or traces makes it. */
    private static final class Wrapper extends DelegatingS3AsyncClient {

        Wrapper(S3AsyncClient delegate) {
            super(delegate);
        }

    }

    /** Takes one upload in parts, of which the server of the tests knows less than S3. */
    private static final class PartsServer implements AutoCloseable {

        private final HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                0);

        private final ExecutorService threads = Executors.newCachedThreadPool();

        private final Map<Integer, byte[]> parts = new ConcurrentSkipListMap<>();

        private final Queue<String> headers = new ConcurrentLinkedQueue<>();

        PartsServer() throws IOException {
            this.http.setExecutor(this.threads);
            this.http.createContext("/", (exchange) -> {
                exchange.getRequestHeaders()
                    .forEach((name, values) -> this.headers
                        .add(name.toLowerCase(Locale.ROOT) + "=" + values.get(0).toLowerCase(Locale.ROOT)));
                byte[] body = exchange.getRequestBody().readAllBytes();
                Matcher part = Pattern.compile("partNumber=(\\d+)").matcher(exchange.getRequestURI().getQuery());
                String response = exchange.getRequestURI().getQuery().startsWith("uploads")
                        ? "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
                        : "<CompleteMultipartUploadResult><ETag>one-3</ETag></CompleteMultipartUploadResult>";
                if (part.find()) {
                    this.parts.put(Integer.valueOf(part.group(1)), unchunked(body));
                    exchange.getResponseHeaders().set("ETag", "\"part\"");
                    exchange.sendResponseHeaders(200, -1);
                }
                else {
                    exchange.sendResponseHeaders(200, response.length());
                    exchange.getResponseBody().write(response.getBytes(StandardCharsets.US_ASCII));
                }
                exchange.close();
            });
            this.http.start();
        }

        /** Returns the content of a body with a trailer: chunks, each after its size. */
        private static byte[] unchunked(byte[] body) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            int position = 0;
            while (true) {
                int end = position;
                while (body[end] != '\r') {
                    end++;
                }
                int size = Integer.parseInt(new String(body, position, end - position, StandardCharsets.US_ASCII), 16);
                if (size == 0) {
                    return content.toByteArray();
                }
                content.write(body, end + 2, size);
                position = end + 2 + size + 2;
            }
        }

        URI getEndpoint() {
            return URI.create("http://127.0.0.1:" + this.http.getAddress().getPort());
        }

        byte[] content() {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            this.parts.values().forEach(content::writeBytes);
            return content.toByteArray();
        }

        @Override
        public void close() {
            this.http.stop(0);
            this.threads.shutdownNow();
        }

    }

    @FunctionalInterface
    private interface DriverAction {

        void on(StorageDriver driver) throws Exception;

    }

}
