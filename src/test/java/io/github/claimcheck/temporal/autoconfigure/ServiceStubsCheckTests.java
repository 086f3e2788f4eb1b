package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.client.WorkflowClient;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.Mockito;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.StandardEnvironment;

/** Tests what the log says of connections without interceptors. */
@ExtendWith(OutputCaptureExtension.class)
class ServiceStubsCheckTests {

    private static final String WITHOUT = "have no interceptors of external storage";

    @Test
    void saysNothingOfAnAddress(CapturedOutput output) {
        run(Application.class, "spring.temporal.connection.target=127.0.0.1:1");
        assertThat(output).doesNotContain(WITHOUT);
    }

    @Test
    void warnsOfTheTargetLocal(CapturedOutput output) {
        run(Application.class, "spring.temporal.connection.target=local");
        assertThat(output.getOut().lines().filter((line) -> line.contains(WITHOUT))).singleElement()
            .asString()
            .contains("WARN")
            .contains("'temporalWorkflowServiceStubs'")
            .contains("set spring.temporal.connection.target to 127.0.0.1:7233 instead");
    }

    @Test
    void warnsOfTheTargetLocalOfAnotherNamespace(CapturedOutput output) {
        run(Application.class, "spring.temporal.connection.target=127.0.0.1:1",
                "spring.temporal.namespaces[0].alias=archive", "spring.temporal.namespaces[0].namespace=archive",
                "spring.temporal.namespaces[0].connection.target=LOCAL");
        assertThat(output.getOut().lines().filter((line) -> line.contains(WITHOUT))).singleElement()
            .asString()
            .contains("'archive");
    }

    @Test
    void warnsOfTheTargetLocalOfALazyApplicationOnceItIsUsed(CapturedOutput output) {
        try (ConfigurableApplicationContext context = start(Application.class,
                "spring.temporal.connection.target=local", "spring.main.lazy-initialization=true")) {
            assertThat(output).doesNotContain(WITHOUT);
            assertThat(context.getBean(WorkflowClient.class)).isNotNull();
            assertThat(output).containsOnlyOnce(WITHOUT);
        }
    }

    @Test
    void tellsOfTheTestServer(CapturedOutput output) {
        run(Application.class, "spring.temporal.test-server.enabled=true");
        assertThat(output.getOut().lines().filter((line) -> line.contains(WITHOUT))).singleElement()
            .asString()
            .contains("INFO")
            .contains("for its test server");
    }

    @Test
    void warnsOfTheApplicationsOwn(CapturedOutput output) {
        run(OwnStubs.class, "spring.temporal.connection.target=127.0.0.1:1");
        assertThat(output).containsOnlyOnce("The WorkflowServiceStubs 'own' " + WITHOUT);
    }

    @Test
    void saysNothingOfTheApplicationsOwnWithPlugins(CapturedOutput output) {
        run(OwnStubsWithPlugins.class, "spring.temporal.connection.target=127.0.0.1:1");
        assertThat(output).doesNotContain(WITHOUT);
    }

    @Test
    void toleratesMocks() {
        WorkflowServiceStubs mock = Mockito.mock(WorkflowServiceStubs.class);
        assertThat(new ServiceStubsCheck(new DefaultListableBeanFactory(), new StandardEnvironment())
            .postProcessAfterInitialization(mock, "mock")).isSameAs(mock);
    }

    private static void run(Class<?> configuration, String... properties) {
        start(configuration, properties).close();
    }

    private static ConfigurableApplicationContext start(Class<?> configuration, String... properties) {
        return new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
            .properties("spring.temporal.start-workers=false", "logging.level.io.github.claimcheck=info")
            .run(Stream.of(properties).map("--"::concat).toArray(String[]::new));
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {

        @Bean
        StorageDriver driver() {
            return new RecordingStorageDriver("recording");
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnStubs extends Application {

        @Bean
        @Primary
        WorkflowServiceStubs own() {
            return WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.getDefaultInstance());
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnStubsWithPlugins extends Application {

        @Bean
        @Primary
        WorkflowServiceStubs own(List<WorkflowServiceStubsPlugin> plugins) {
            return WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setPlugins(plugins.toArray(WorkflowServiceStubsPlugin[]::new))
                .build());
        }

    }

}
