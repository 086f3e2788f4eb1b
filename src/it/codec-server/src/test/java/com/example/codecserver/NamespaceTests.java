package com.example.codecserver;

import static com.example.codecserver.TestPayloads.encoding;
import static com.example.codecserver.TestPayloads.isReference;
import static com.example.codecserver.TestPayloads.of;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.codecserver.CodecServerAuthorizer;
import io.github.claimcheck.temporal.codecserver.CodecServerOperation;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverSelector;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;

/** Converters, selectors and permissions by namespace. */
@Tag("one-framework")
class NamespaceTests {

    private static Server server;

    @BeforeAll
    static void start() {
        server = Server.start(List.of(Beans.class), "spring.temporal.namespace=root",
                "spring.temporal.namespaces[0].namespace=orders-prod", "spring.temporal.namespaces[0].alias=orders",
                "spring.temporal.namespaces[1].namespace=plain");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String encodingIn(String... namespace) {
        return encoding(server.post("/encode", List.of(of("hello")), namespace).payloads().get(0));
    }

    @Test
    void eachNamespaceHasItsOwnConverter() {
        assertThat(encodingIn()).isEqualTo("json/plain.root");
        assertThat(encodingIn("X-Namespace", "root")).isEqualTo("json/plain.root");
        assertThat(encodingIn("X-Namespace", "orders-prod")).isEqualTo("json/plain.orders");
        assertThat(encodingIn("X-Namespace", "plain")).isEqualTo("json/plain");
        for (String namespace : List.of("root", "orders-prod", "plain")) {
            assertThat(server
                .post("/decode", server.post("/encode", List.of(of("hello")), "X-Namespace", namespace).payloads(),
                        "X-Namespace", namespace)
                .payloads()).containsExactly(of("hello"));
        }
    }

    @Test
    void anUnknownNamespaceIsNotFound() {
        for (String namespace : List.of("unknown", "default", "orders", "Root", "root2")) {
            for (String operation : List.of("/encode", "/decode", "/download")) {
                server.post(operation, List.of(), "X-Namespace", namespace)
                    .assertRefused(404, namespace, "spring.temporal.namespaces");
            }
        }
    }

    @Test
    void theSelectorSeesTheNamespace() {
        MemoryDriver orders = server.getContext().getBean("ordersDriver", MemoryDriver.class);
        Payload stored = server.post("/encode", List.of(TestPayloads.large("a")), "X-Namespace", "orders-prod")
            .payloads()
            .get(0);
        assertThat(StorageReference.from(stored).driverName()).isEqualTo("orders");
        assertThat(orders.targets()).allMatch((target) -> isIn("orders-prod", target));
        Payload elsewhere = server.post("/encode", List.of(TestPayloads.large("a"))).payloads().get(0);
        assertThat(isReference(elsewhere)).isFalse();
    }

    private static boolean isIn(String namespace, StorageDriverTargetInfo target) {
        return target instanceof StorageDriverWorkflowInfo workflow && namespace.equals(workflow.getNamespace());
    }

    @Test
    void theAuthorizerDecidesByNamespaceAndOperation() {
        try (Server guarded = Server.start(List.of(OnlyDecodeInPlain.class), "spring.temporal.namespace=root",
                "spring.temporal.namespaces[0].namespace=plain")) {
            // Before the body is read.
            guarded.post("/encode", "none", "X-Namespace", "plain").assertRefused(403, "/encode", "plain");
            guarded.post("/download", "none", "X-Namespace", "plain").assertRefused(403);
            guarded.post("/decode", "none").assertRefused(403, "root");
            guarded.post("/decode", "none", "X-Namespace", "unknown").assertRefused(404);
            assertThat(guarded.post("/decode", List.of(of("hello")), "X-Namespace", "plain").payloads()).hasSize(1);
        }
    }

    @Test
    void anAuthorizerThatFailsLetsNobodyThrough() {
        try (Server guarded = Server.start(List.of(FailingAuthorizer.class))) {
            guarded.post("/decode", List.of(of("hello"))).assertRefused(500, "application's log");
        }
    }

    static class Beans {

        @Bean
        DataConverter mainDataConverter() {
            return converter(".root");
        }

        @Bean
        DataConverter ordersDataConverter() {
            return converter(".orders");
        }

        private static DataConverter converter(String suffix) {
            return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new SuffixCodec(suffix)));
        }

        @Bean
        StorageDriver ordersDriver() {
            return new MemoryDriver("orders");
        }

        @Bean
        StorageDriverSelector selector(@Qualifier("ordersDriver") StorageDriver orders) {
            return (context, payload) -> isIn("orders-prod", context.getTarget()) ? orders : null;
        }

    }

    static class OnlyDecodeInPlain {

        @Bean
        CodecServerAuthorizer authorizer() {
            return (operation, namespace, principal) -> operation == CodecServerOperation.DECODE
                    && namespace.equals("plain");
        }

    }

    static class FailingAuthorizer {

        @Bean
        CodecServerAuthorizer authorizer() {
            return (operation, namespace, principal) -> {
                throw new IllegalStateException("SECRET");
            };
        }

    }

}
