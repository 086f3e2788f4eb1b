package io.github.claimcheck.temporal.store.azure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.github.claimcheck.temporal.testing.StoringApplication;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Which of several managed identities of a machine is asked for a token: an application
 * in a process of its own, and an identity endpoint as App Service has it.
 */
@Timeout(120)
@Tag("slow")
class AzureIdentityTests {

    private static final String DRIVER = "--temporal.external-storage.drivers.azure.";

    private final List<String> queries = new CopyOnWriteArrayList<>();

    private final Map<String, String> environment = new HashMap<>();

    private final List<String> arguments = new ArrayList<>(
            List.of(DRIVER + "container=payloads", DRIVER + "endpoint=https://localhost:1"));

    private HttpServer identities;

    @BeforeEach
    void start() throws IOException {
        this.identities = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        this.identities.createContext("/", (exchange) -> {
            String query = exchange.getRequestURI().getQuery();
            this.queries.add(query);
            boolean one = query.contains("client_id=");
            byte[] answer = (one
                    ? "{\"access_token\":\"token\",\"expires_on\":\"4102444800\",\"token_type\":\"Bearer\",\"resource\":\"r\"}"
                    : "{\"error\":\"invalid_request\",\"error_description\":\"Multiple user assigned identities exist, "
                            + "please specify the clientId / resourceId of the identity in the token request\"}")
                .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(one ? 200 : 400, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        this.identities.start();
        this.environment.put("IDENTITY_ENDPOINT",
                "http://127.0.0.1:" + this.identities.getAddress().getPort() + "/msi/token");
        this.environment.put("IDENTITY_HEADER", "header");
    }

    @AfterEach
    void stop() {
        this.identities.stop(0);
    }

    @Test
    void severalIdentities() throws IOException {
        assertThat(run()).contains("FAILURE StorageAccessDeniedException", "several user-assigned identities",
                "managed-identity-client-id", "AZURE_CLIENT_ID");
        assertThat(this.queries).isNotEmpty();
    }

    @Test
    void theIdentityOfTheProperty() throws IOException {
        this.arguments.add(DRIVER + "managed-identity-client-id=one");
        assertThat(run()).contains("FAILURE StorageUnreachableException");
        assertThat(this.queries).isNotEmpty().allMatch((query) -> query.contains("client_id=one"));
    }

    @Test
    void theIdentityOfTheEnvironment() throws IOException {
        this.environment.put("AZURE_CLIENT_ID", "two");
        assertThat(run()).contains("FAILURE StorageUnreachableException");
        assertThat(this.queries).isNotEmpty().allMatch((query) -> query.contains("client_id=two"));
    }

    private String run() throws IOException {
        return StoringApplication.run(this.environment, System.getProperty("java.class.path"), List.of(),
                this.arguments);
    }

}
