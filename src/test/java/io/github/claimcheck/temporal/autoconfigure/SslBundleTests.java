package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.driver.StorageUnreachableException;
import io.github.claimcheck.temporal.testing.AzuriteServer;
import io.github.claimcheck.temporal.testing.AzuriteServerTest;
import io.github.claimcheck.temporal.testing.Certificates;
import io.github.claimcheck.temporal.testing.FailureReport;
import io.github.claimcheck.temporal.testing.GcsServer;
import io.github.claimcheck.temporal.testing.GcsServerTest;
import io.github.claimcheck.temporal.testing.ObjectServer;
import io.github.claimcheck.temporal.testing.RedisServer;
import io.github.claimcheck.temporal.testing.RedisServerTest;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.StoreTests;
import io.github.claimcheck.temporal.testing.TlsRelay;
import io.temporal.payload.storage.StorageDriver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Stores behind TLS: real servers, with certificates that Java does not trust. */
@GcsServerTest
@AzuriteServerTest
@RedisServerTest
class SslBundleTests extends StoreTests {

    private static final String BUNDLE = "store";

    @TempDir
    private static Path directory;

    private static KeyStore serverKey;

    private static KeyStore clientKey;

    private static SSLContext server;

    /** Issues tokens, since Google's client sends one with each request over TLS. */
    private static HttpServer tokens;

    @BeforeAll
    static void start() throws Exception {
        serverKey = Certificates.create(directory, "localhost");
        clientKey = Certificates.create(directory, "client");
        server = Certificates.context(serverKey, Certificates.trusting(clientKey));
        tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        tokens.createContext("/", (exchange) -> {
            byte[] answer = "{\"access_token\":\"token\",\"token_type\":\"Bearer\",\"expires_in\":3600}"
                .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        tokens.start();
    }

    @AfterAll
    static void stop() {
        tokens.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3", "gcs", "azure" })
    void aServerThatTheBundleTrusts(String type) throws Exception {
        try (TlsRelay relay = relay(type, server, false)) {
            run(driver(type, relay.endpoint(), bundle(null, Certificates.trusting(serverKey))),
                    this::storesAndRetrieves);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3", "gcs", "azure" })
    void aServerThatNobodyTrustsUntilTheBundleIsReloaded(String type) throws Exception {
        DefaultSslBundleRegistry bundles = bundle(null, Certificates.trusting(clientKey));
        try (TlsRelay relay = relay(type, server, false)) {
            run(driver(type, relay.endpoint(), bundles), (driver) -> {
                assertThat(failureOfStoring(driver, payload("untrusted")))
                    .isInstanceOf(StorageUnreachableException.class)
                    .hasMessageContaining("does not trust the certificate")
                    .hasMessageContaining("set the driver's ssl.bundle");
                bundles.updateBundle(BUNDLE, sslBundle(null, Certificates.trusting(serverKey)));
                storesAndRetrieves(driver);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3", "gcs", "azure" })
    void noBundle(String type) throws Exception {
        try (TlsRelay relay = relay(type, server, false)) {
            assertFails(driver(type, relay.endpoint(), null), "set the driver's ssl.bundle to an SSL bundle");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3", "gcs", "azure" })
    void aClientCertificate(String type) throws Exception {
        KeyStore trusted = Certificates.trusting(serverKey);
        try (TlsRelay relay = relay(type, server, true)) {
            if (type.equals("gcs")) {
                // Java's TLS sees a broken pipe, which the library retries.
                run(driver(type, relay.endpoint(), bundle(null, trusted)),
                        (driver) -> assertThat(failureOfStoring(driver, payload("unsent")))
                            .isInstanceOf(StorageDriverException.class));
            }
            else {
                assertFails(driver(type, relay.endpoint(), bundle(null, trusted)), "client certificate");
            }
            run(driver(type, relay.endpoint(), bundle(clientKey, trusted)), this::storesAndRetrieves);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3", "gcs", "azure" })
    void aCertificateOfAnotherHost(String type) throws Exception {
        KeyStore other = Certificates.create(directory, "other.example");
        try (TlsRelay relay = relay(type, Certificates.context(other, Certificates.trusting(clientKey)), false)) {
            assertFails(driver(type, relay.endpoint(), bundle(null, Certificates.trusting(other))),
                    "certificate is not for the host name in the driver's endpoint");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3", "gcs", "azure" })
    void aCertificateThatHasExpired(String type) throws Exception {
        KeyStore old = Certificates.create(directory, "localhost", "-startdate", "-10d", "-validity", "1");
        try (TlsRelay relay = relay(type, Certificates.context(old, Certificates.trusting(clientKey)), false)) {
            assertFails(driver(type, relay.endpoint(), bundle(null, Certificates.trusting(old))),
                    "has expired or is not valid yet");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3", "gcs", "azure" })
    void aServerWithoutTls(String type) throws Exception {
        URI endpoint = URI.create("https://localhost:" + server(type).getEndpoint().getPort());
        assertFails(driver(type, endpoint, bundle(null, Certificates.trusting(serverKey))),
                // Netty's TLS in the AWS SDK tells no more than that the connection is
                // closed.
                type.equals("s3") ? "the driver's endpoint, with its scheme and port"
                        : "does not speak TLS on this port");
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3", "gcs", "azure" })
    void aServerWithTlsThatIsAskedWithoutIt(String type) throws Exception {
        try (TlsRelay relay = relay(type, server, false)) {
            run(driver(type, URI.create("http://localhost:" + relay.port()), null),
                    (driver) -> assertThat(failureOfStoring(driver, payload("unsent"))).message()
                        .containsAnyOf("with its scheme and port", "use https in the driver's endpoint"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3", "gcs", "azure" })
    void aBundleThatThereIsNot(String type) throws Exception {
        FailureAnalysis analysis = FailureReport
            .of(driver(type, URI.create("https://localhost:1"), bundle(null, Certificates.trusting(clientKey)))
                .withPropertyValues(DRIVERS + type + ".ssl.bundle=stroe"));
        assertThat(analysis.getDescription()).contains(DRIVERS + type + ".ssl.bundle is stroe");
        assertThat(analysis.getAction()).isEqualTo("Set " + DRIVERS + type + ".ssl.bundle to one of: " + BUNDLE + ".");
    }

    @Test
    void redis() throws Exception {
        ApplicationContextRunner runner = savingNothing()
            .withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, SslAutoConfiguration.class))
            .withPropertyValues(RedisServer.shared().properties())
            .withPropertyValues(DRIVERS + "redis.type=redis", "spring.data.redis.ssl.enabled=true",
                    "spring.data.redis.host=localhost");
        int port = RedisServer.shared().getPort();
        try (TlsRelay relay = new TlsRelay(server, port, false)) {
            assertFails(runner.withPropertyValues("spring.data.redis.port=" + relay.port()),
                    "set spring.data.redis.ssl.bundle to an SSL bundle");
        }
        try (TlsRelay relay = new TlsRelay(server, port, true)) {
            assertFails(runner.withBean(SslBundles.class, () -> bundle(null, trusting(serverKey)))
                .withPropertyValues("spring.data.redis.port=" + relay.port(), "spring.data.redis.ssl.bundle=" + BUNDLE),
                    "client certificate");
        }
    }

    private static KeyStore trusting(KeyStore key) {
        try {
            return Certificates.trusting(key);
        }
        catch (IOException | GeneralSecurityException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private void storesAndRetrieves(StorageDriver driver) {
        assertThat(retrieve(driver, store(driver, payload("trusted")))).containsExactly(payload("trusted"));
    }

    private static void assertFails(ApplicationContextRunner runner, String remedy) {
        run(runner,
                (driver) -> assertThat(failureOfStoring(driver, payload("unsent")))
                    .isInstanceOf(StorageUnreachableException.class)
                    .hasMessageContaining(remedy));
    }

    private static TlsRelay relay(String type, SSLContext context, boolean needsClientCertificate) throws IOException {
        return new TlsRelay(context, server(type).getEndpoint().getPort(), needsClientCertificate);
    }

    private static ObjectServer server(String type) {
        return switch (type) {
            case "s3" -> S3Server.shared();
            case "gcs" -> GcsServer.shared();
            default -> AzuriteServer.shared();
        };
    }

    private static ApplicationContextRunner driver(String type, URI endpoint, @Nullable SslBundles bundles)
            throws Exception {
        String bucket = server(type).createBucket();
        String[] properties = switch (type) {
            case "s3" -> S3Server.properties(bucket, endpoint);
            case "gcs" ->
                Stream
                    .concat(Stream.of(GcsServer.properties(bucket, endpoint)),
                            Stream.of(DRIVERS + "gcs.credentials-location=" + serviceAccount()))
                    .toArray(String[]::new);
            default -> List
                .of(DRIVERS + "azure.container=" + bucket,
                        DRIVERS + "azure.connection-string="
                                + AzuriteServer.connectionString(endpoint)
                                    .replace("DefaultEndpointsProtocol=http;", "DefaultEndpointsProtocol=https;"))
                .toArray(String[]::new);
        };
        ApplicationContextRunner runner = savingNothing().withPropertyValues(properties)
            .withPropertyValues(DRIVERS + type + ".api-call-timeout=10s");
        return (bundles == null) ? runner : runner.withBean(SslBundles.class, () -> bundles)
            .withPropertyValues(DRIVERS + type + ".ssl.bundle=" + BUNDLE);
    }

    private static DefaultSslBundleRegistry bundle(@Nullable KeyStore key, KeyStore trusted) {
        return new DefaultSslBundleRegistry(BUNDLE, sslBundle(key, trusted));
    }

    private static SslBundle sslBundle(@Nullable KeyStore key, KeyStore trusted) {
        return SslBundle.of(SslStoreBundle.of(key, null, trusted),
                SslBundleKey.of((key != null) ? Certificates.password() : null));
    }

    private static Path serviceAccount() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String key = Base64.getEncoder().encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
        return Files.writeString(directory.resolve("service-account.json"), """
                {"type": "service_account", "project_id": "test", "client_id": "1", "private_key_id": "1",
                 "client_email": "test@test.iam.gserviceaccount.com", "token_uri": "http://127.0.0.1:%d/token",
                 "private_key": "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n"}
                """.formatted(tokens.getAddress().getPort(), key));
    }

}
