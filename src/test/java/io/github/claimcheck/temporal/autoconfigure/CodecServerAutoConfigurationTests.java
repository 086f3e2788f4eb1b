package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.codecserver.CodecServer;
import io.github.claimcheck.temporal.testing.FailureReport;
import io.github.claimcheck.temporal.testing.GzipCodec;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.storage.StorageDriver;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.Ordered;
import org.springframework.web.server.WebFilter;
import org.springframework.web.servlet.DispatcherServlet;

@ExtendWith(OutputCaptureExtension.class)
class CodecServerAutoConfigurationTests {

    private static final String PREFIX = "temporal.external-storage.codec-server.";

    private static final String ENABLED = PREFIX + "enabled=true";

    /** The order of Spring Security's filter chain. */
    private static final int SPRING_SECURITY = -100;

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all())
        .withBean("recordingStorageDriver", StorageDriver.class, () -> new RecordingStorageDriver("recording"));

    @ParameterizedTest
    @ValueSource(strings = { "enabled=false", "path=/codec" })
    void isOffUnlessEnabled(String property) {
        this.runner.withPropertyValues(PREFIX + property)
            .run((context) -> assertThat(context).doesNotHaveBean(CodecServer.class)
                .doesNotHaveBean("temporalCodecServerRoutes")
                .doesNotHaveBean("temporalCodecServerCorsFilter"));
    }

    @Test
    void isOffIfExternalStorageIs() {
        this.runner.withPropertyValues(ENABLED, "temporal.external-storage.enabled=false")
            .run((context) -> assertThat(context).doesNotHaveBean(CodecServer.class));
    }

    @Test
    void servesWithSpringMvc(CapturedOutput output) {
        this.runner
            .withPropertyValues(ENABLED, "spring.temporal.namespace=orders",
                    "spring.temporal.namespaces[0].namespace=billing")
            .run((context) -> {
                assertThat(context).hasSingleBean(CodecServer.class)
                    .hasSingleBean(org.springframework.web.servlet.function.RouterFunction.class);
                assertThat(context.getBean("temporalCodecServerCorsFilter", Filter.class)).isInstanceOfSatisfying(
                        Ordered.class, (filter) -> assertThat(filter.getOrder()).isLessThan(SPRING_SECURITY));
            });
        assertThat(output.getOut().lines().filter((line) -> line.contains("WARN"))).singleElement()
            .asString()
            .contains("/temporal/codec shows the payloads of the namespaces [orders, billing] in the clear")
            .contains("everyone who can reach this application");
    }

    @Test
    void servesWithSpringWebFlux() {
        new ReactiveWebApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withBean("recordingStorageDriver", StorageDriver.class, () -> new RecordingStorageDriver("recording"))
            .withPropertyValues(ENABLED)
            .run((context) -> {
                assertThat(context).hasSingleBean(CodecServer.class)
                    .hasSingleBean(org.springframework.web.reactive.function.server.RouterFunction.class);
                assertThat(context.getBean("temporalCodecServerCorsFilter", WebFilter.class)).isInstanceOfSatisfying(
                        Ordered.class, (filter) -> assertThat(filter.getOrder()).isLessThan(SPRING_SECURITY));
            });
    }

    @Test
    void servesWithoutAnyDriver(CapturedOutput output) {
        new WebApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withPropertyValues(ENABLED)
            .run((context) -> assertThat(context).hasSingleBean(CodecServer.class));
        assertThat(output).contains("The codec server shows only payloads that are in event history");
    }

    @Test
    void saysThatItTakesAWebApplication(CapturedOutput output) {
        new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withPropertyValues(ENABLED)
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CodecServer.class));
        assertThat(output).contains(PREFIX + "enabled has no effect", "spring-boot-starter-webmvc");
    }

    @Test
    void startsWithoutTheOtherWebFramework() {
        this.runner.withClassLoader(new FilteredClassLoader("org.springframework.web.reactive", "reactor."))
            .withPropertyValues(ENABLED)
            .run((context) -> assertThat(context).hasBean("temporalCodecServerRoutes"));
        this.runner.withClassLoader(new FilteredClassLoader(DispatcherServlet.class))
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void postStorageCodecsAreBeans() {
        WebApplicationContextRunner withCodec = this.runner.withBean("proxyCodec", PayloadCodec.class, GzipCodec::new)
            .withPropertyValues(ENABLED);
        withCodec.withPropertyValues(PREFIX + "post-storage-codecs=proxyCodec")
            .run((context) -> assertThat(context).hasNotFailed());
        withCodec.withPropertyValues(PREFIX + "post-storage-codecs=proxyCodec,recordingStorageDriver")
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .hasMessageContaining("'recordingStorageDriver', which is a ")
                .hasMessageContaining("not a PayloadCodec"));
        withCodec.withPropertyValues(PREFIX + "post-storage-codecs=other")
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .hasMessageContaining("'other', which is not the name of a bean"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '=',
            value = { "path=codec", "path=/codec/", "path=/", "path=/a//b", "path=/{x}", "path=/**", "path=/a b",
                    "path=/a?b", "path=''", "allowed-origins[0]=*", "allowed-origins[0]=http://localhost:8233/",
                    "allowed-origins[0]=localhost:8233", "allowed-origins[0]=https://*.example.com",
                    "allowed-origins[0]=https://Example.com", "allowed-origins[0]=https://example.com:443",
                    "allowed-origins[0]=null", "allowed-origins[0]=http://example.com:80", "allowed-origins[0]=http://",
                    "allowed-origins[0]=https://user@example.com", "max-request-size=0B",
                    "max-request-size=4294967296B", "max-decoded-size=-1B", "max-payloads=0" })
    void rejectsInvalidValues(String property, String value) {
        assertThat(FailureReport.failure(PREFIX + property + "=" + value))
            .satisfies(FailureReport.describes(PREFIX + property + " is " + value))
            .satisfies(FailureReport.advises("Set " + PREFIX + property));
    }

    @Test
    void takesOriginsOfTheWebUis() {
        this.runner
            .withPropertyValues(ENABLED,
                    PREFIX + "allowed-origins=http://localhost:8233, https://cloud.temporal.io,"
                            + "http://127.0.0.1:8080,http://[::1]:8233,https://temporal_ui.internal")
            .run((context) -> assertThat(context).hasNotFailed());
    }

}
