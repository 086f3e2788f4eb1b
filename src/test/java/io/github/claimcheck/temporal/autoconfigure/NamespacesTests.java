package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.testing.GzipCodec;
import io.github.claimcheck.temporal.testing.History;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.github.claimcheck.temporal.testing.TransferWorkflow;
import io.temporal.api.common.v1.Payload;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.testserver.TestServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests the root namespace and others, each with its own converter, over the network as
 * in production.
 */
@S3ServerTest
class NamespacesTests {

    private final S3Server s3 = S3Server.shared();

    private final String bucket = this.s3.createBucket();

    @Test
    void storesInEveryNamespaceWithItsOwnConverter() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        String[] arguments = Stream
            .concat(Stream.of(this.s3.properties(this.bucket)),
                    Stream
                        .of("spring.temporal.connection.target=127.0.0.1:" + port,
                                "spring.temporal.namespaces[0].alias=archive",
                                "spring.temporal.namespaces[0].namespace=archive-namespace", worker("spring.temporal."),
                                worker("spring.temporal.namespaces[0]."))
                        .flatMap((properties) -> Stream.of(properties.split("\n"))))
            .map((property) -> "--" + property)
            .toArray(String[]::new);
        try (TestServer.PortBoundTestServer server = TestServer.createPortBoundServer(port);
                ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .run(arguments)) {
            assertThat(encodings(context.getBean("temporalWorkflowClient", WorkflowClient.class), "default"))
                .containsOnly("binary/plain");
            assertThat(encodings(context.getBean("archiveWorkflowClient", WorkflowClient.class), "archive-namespace"))
                .containsOnly(GzipCodec.ENCODING);
        }
    }

    private static String worker(String prefix) {
        return String.join("\n", prefix + "workers[0].task-queue=" + TransferWorkflow.TASK_QUEUE,
                prefix + "workers[0].workflow-classes[0]=" + TransferWorkflow.Implementation.class.getName(),
                prefix + "workers[0].activity-beans[0]=transferActivity");
    }

    /**
     * Runs a workflow whose payloads are large even when compressed, and returns the
     * encodings of what was stored.
     */
    private List<String> encodings(WorkflowClient client, String namespace) {
        assertThat(client.getOptions().getNamespace()).isEqualTo(namespace);
        byte[] input = Payloads.bytes(3 * 1024 * 1024, 1);
        String workflowId = UUID.randomUUID().toString();
        byte[] result = client
            .newWorkflowStub(TransferWorkflow.class,
                    WorkflowOptions.newBuilder()
                        .setWorkflowId(workflowId)
                        .setTaskQueue(TransferWorkflow.TASK_QUEUE)
                        .setWorkflowExecutionTimeout(Duration.ofMinutes(1))
                        .build())
            .transfer(input);
        assertThat(result).isEqualTo(TransferWorkflow.shift(input, 2));
        assertThat(History.payloads(client, workflowId)).hasSize(4).allMatch(StorageReference::isReference);
        List<String> keys = this.s3.keys(this.bucket).stream().filter((key) -> key.contains(workflowId)).toList();
        // The input, which the workflow hands on, the activity's result and the
        // workflow's.
        assertThat(keys).hasSize(3).allMatch((key) -> key.startsWith("v0/ns/" + namespace + "/wt/TransferWorkflow/"));
        return keys.stream().map((key) -> this.s3.content(this.bucket, key)).map(NamespacesTests::encoding).toList();
    }

    private static String encoding(byte[] stored) {
        try {
            return Payload.parseFrom(stored).getMetadataOrThrow("encoding").toStringUtf8();
        }
        catch (IOException ex) {
            throw new AssertionError(ex);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        DataConverter mainDataConverter() {
            return DefaultDataConverter.newDefaultInstance();
        }

        @Bean
        DataConverter archiveDataConverter() {
            return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new GzipCodec()));
        }

        @Bean
        TransferWorkflow.TransferActivity transferActivity() {
            return new TransferWorkflow.ActivityImplementation();
        }

    }

}
