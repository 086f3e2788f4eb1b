package com.example.codecserver;

import static com.example.codecserver.CorsTests.assertAllowed;
import static com.example.codecserver.TestPayloads.of;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.codecserver.Server.Answer;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.github.claimcheck.temporal.codecserver.CodecServerAuthorizer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;

/** Tokens as the Web UI passes them on, with an issuer beside the application. */
@Tag("security")
@ExtendWith(OutputCaptureExtension.class)
class SecurityTests {

    private static final String AUDIENCE = "codec-server";

    private static RSAKey key;

    private static HttpServer issuer;

    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        key = new RSAKeyGenerator(2048).keyID("key").generate();
        byte[] keys = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/jwks.json", (exchange) -> {
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
            exchange.close();
        });
        issuer.start();
        server = start(AUDIENCE);
    }

    private static Server start(String audience) throws Exception {
        Class<?> chain = Class
            .forName("com.example.security." + (Server.IS_WEB_MVC ? "WebMvcSecurity" : "WebFluxSecurity"));
        String properties = "spring.security.oauth2.resourceserver.jwt.";
        return Server.start(List.of(chain, OnlyJane.class),
                properties + "jwk-set-uri=http://localhost:" + issuer.getAddress().getPort() + "/jwks.json",
                properties + "issuer-uri=" + issuerUri(), properties + "audiences=" + audience);
    }

    private static String issuerUri() {
        return "http://localhost:" + issuer.getAddress().getPort();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        issuer.stop(0);
    }

    private static String token(String issuer, String audience, Instant expires, String subject, RSAKey key)
            throws Exception {
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder().issuer(issuer)
                    .audience(audience)
                    .subject(subject)
                    .expirationTime(Date.from(expires))
                    .build());
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    private static Answer decode(String... headers) {
        Answer answer = server.post("/decode?preserveStorageRefs=true", List.of(of("hello")),
                Stream.concat(Arrays.stream(headers), Stream.of("Origin", Server.ORIGIN)).toArray(String[]::new));
        assertAllowed(answer, Server.ORIGIN);
        return answer;
    }

    private static Answer decodeWith(String token) {
        return decode("Authorization", "Bearer " + token, "Authorization-Extras", token, "X-Namespace", "default");
    }

    @Test
    void onlyAValidTokenForThisServerLetsThrough() throws Exception {
        Instant later = Instant.now().plus(Duration.ofHours(1));
        assertThat(decodeWith(token(issuerUri(), AUDIENCE, later, "jane", key)).payloads())
            .containsExactly(of("hello"));

        assertThat(decode().status()).isEqualTo(401);
        assertThat(decodeWith("none").status()).isEqualTo(401);
        assertThat(decodeWith(token(issuerUri(), "other", later, "jane", key)).status()).isEqualTo(401);
        assertThat(decodeWith(token("http://localhost", AUDIENCE, later, "jane", key)).status()).isEqualTo(401);
        assertThat(decodeWith(token(issuerUri(), AUDIENCE, Instant.now().minus(Duration.ofHours(1)), "jane", key))
            .status()).isEqualTo(401);
        RSAKey other = new RSAKeyGenerator(2048).keyID("key").generate();
        assertThat(decodeWith(token(issuerUri(), AUDIENCE, later, "jane", other)).status()).isEqualTo(401);
        assertThat(server.post("/missing", List.of()).status()).isEqualTo(401);
    }

    @Test
    void theAuthorizerKnowsWhoseTokenItIs() throws Exception {
        Instant later = Instant.now().plus(Duration.ofHours(1));
        decodeWith(token(issuerUri(), AUDIENCE, later, "john", key)).assertRefused(403, "CodecServerAuthorizer");
    }

    @Test
    void aPreflightNeedsNoToken() {
        Answer answer = CorsTests.preflight(server, Server.ORIGIN, "authorization,content-type", "POST");
        assertThat(answer.status()).isEqualTo(200);
        assertAllowed(answer, Server.ORIGIN);
        assertThat(CorsTests.preflight(server, "http://localhost:8080", "content-type", "POST").status())
            .isEqualTo(403);
    }

    @Test
    void withoutAChainOfItsOwnTheApplicationLetsNobodyThrough(CapturedOutput output) {
        try (Server closed = Server.start("spring.security.user.password=test")) {
            Answer answer = closed.post("/decode", List.of(of("hello")), "Origin", Server.ORIGIN);
            assertThat(answer.status()).isIn(401, 403);
            assertAllowed(answer, Server.ORIGIN);
            assertThat(CorsTests.preflight(closed, Server.ORIGIN, "content-type", "POST").status()).isEqualTo(200);
            assertThat(output.getOut()
                .lines()
                .filter((line) -> line.contains("CodecServerAutoConfiguration"))
                .filter((line) -> line.contains(" WARN "))).isEmpty();
        }
    }

    static class OnlyJane {

        @Bean
        CodecServerAuthorizer authorizer() {
            return (operation, namespace, principal) -> principal != null && principal.getName().equals("jane");
        }

    }

}
