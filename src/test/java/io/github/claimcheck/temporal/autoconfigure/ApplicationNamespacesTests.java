package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.claimcheck.temporal.codecserver.CodecNamespace;
import io.github.claimcheck.temporal.codecserver.CodecServerCodecs;
import io.github.claimcheck.temporal.plugin.ExternalStoragePlugin;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.testing.GzipCodec;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.temporal.api.common.v1.Payload;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** Tests which codecs and storage each namespace has. No Temporal server is in reach. */
class ApplicationNamespacesTests {

    private static final Payload PAYLOAD = Payloads.of(new byte[] { 1, 2, 3 });

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all())
        .withBean("recordingStorageDriver", StorageDriver.class, () -> new RecordingStorageDriver("recording"));

    private static DataConverter gzip() {
        return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new GzipCodec()));
    }

    private static DataConverter standard() {
        return DefaultDataConverter.newDefaultInstance();
    }

    private static boolean isEncoded(CodecNamespace namespace) {
        return !namespace.codec().encode(List.of(PAYLOAD)).equals(List.of(PAYLOAD));
    }

    private static void run(ApplicationContextRunner runner, Consumer<ApplicationNamespaces> test) {
        runner.run((context) -> {
            assertThat(context).hasNotFailed();
            test.accept(namespaces(context));
        });
    }

    private static ApplicationNamespaces namespaces(ApplicationContext context) {
        return new ApplicationNamespaces(context, context.getEnvironment());
    }

    private static WorkflowClient client(ApplicationContext context, String namespace, DataConverter converter,
            boolean withPlugin) {
        WorkflowClientOptions.Builder options = WorkflowClientOptions.newBuilder()
            .setNamespace(namespace)
            .setDataConverter(converter);
        if (withPlugin) {
            options.setPlugins(context.getBean(ExternalStoragePlugin.class));
        }
        return WorkflowClient.newInstance(WorkflowServiceStubs.newLocalServiceStubs(), options.build());
    }

    @Test
    void withoutAConnectionTheRootNamespaceIsTheConfiguredOne() {
        run(this.runner, (namespaces) -> {
            assertThat(namespaces.find(null)).isNotNull().isSameAs(namespaces.find("default"));
            assertThat(namespaces.find("default").storage()).isNotNull();
            assertThat(namespaces.find("other")).isNull();
        });
        run(this.runner.withPropertyValues("spring.temporal.namespace=orders"), (namespaces) -> {
            assertThat(namespaces.find(null)).isNotNull().isSameAs(namespaces.find("orders"));
            assertThat(namespaces.find("default")).isNull();
        });
    }

    @Test
    void withoutAConnectionEachNamespaceHasTheConverterOfItsAlias() {
        run(this.runner.withBean("mainDataConverter", DataConverter.class, ApplicationNamespacesTests::gzip)
            .withBean("aliasDataConverter", DataConverter.class, ApplicationNamespacesTests::standard)
            .withBean("namedDataConverter", DataConverter.class, ApplicationNamespacesTests::gzip)
            .withPropertyValues("spring.temporal.namespaces[0].namespace=aliased",
                    "spring.temporal.namespaces[0].alias=alias", "spring.temporal.namespaces[1].namespace=named",
                    "spring.temporal.namespaces[2].namespace=without"),
                (namespaces) -> {
                    assertThat(isEncoded(namespaces.find(null))).isTrue();
                    assertThat(isEncoded(namespaces.find("aliased"))).isFalse();
                    assertThat(isEncoded(namespaces.find("named"))).isTrue();
                    assertThat(isEncoded(namespaces.find("without"))).isFalse();
                    assertThat(namespaces.find("alias")).isNull();
                });
    }

    @Test
    void theOnlyConverterIsTheRootNamespaces() {
        run(this.runner.withBean("anyName", DataConverter.class, ApplicationNamespacesTests::gzip)
            .withBean("otherDataConverter", DataConverter.class, ApplicationNamespacesTests::standard)
            .withPropertyValues("spring.temporal.namespaces[0].namespace=other"),
                (namespaces) -> assertThat(isEncoded(namespaces.find(null))).isTrue());
    }

    @Test
    void severalConvertersNeedAMainOne() {
        run(this.runner.withBean("first", DataConverter.class, ApplicationNamespacesTests::gzip)
            .withBean("second", DataConverter.class, ApplicationNamespacesTests::standard),
                (namespaces) -> assertThatExceptionOfType(ExternalStorageConfigurationException.class)
                    .isThrownBy(() -> namespaces.find(null))
                    .withMessageContaining("[first, second]")
                    .satisfies((ex) -> assertThat(ex.getAction()).contains("mainDataConverter")));
    }

    @Test
    void aClientTellsTheTruth() {
        run(this.runner.withBean("dataConverter", DataConverter.class, ApplicationNamespacesTests::standard)
            .withInitializer((context) -> ((GenericApplicationContext) context).registerBean("orders",
                    WorkflowClient.class, () -> client(context, "orders", gzip(), true)))
            .withInitializer((context) -> ((GenericApplicationContext) context).registerBean("billing",
                    WorkflowClient.class,
                    () -> client(context, "billing", context.getBean("dataConverter", DataConverter.class), true)))
            .withPropertyValues("spring.temporal.namespace=orders"), (namespaces) -> {
                assertThat(namespaces.find(null)).isSameAs(namespaces.find("orders"));
                assertThat(isEncoded(namespaces.find("orders"))).isTrue();
                assertThat(isEncoded(namespaces.find("billing"))).isFalse();
                assertThat(namespaces.find("default")).isNull();
            });
    }

    @Test
    void theOnlyClientIsTheRootNamespaces() {
        run(this.runner.withInitializer((context) -> ((GenericApplicationContext) context).registerBean("orders",
                WorkflowClient.class, () -> client(context, "orders", gzip(), true))), (namespaces) -> {
                    assertThat(namespaces.find(null)).isNotNull().isSameAs(namespaces.find("orders"));
                    assertThat(namespaces.find("default")).isNull();
                });
    }

    /** Its workers would fail at a reference. */
    @Test
    void aClientWithoutStorageStoresNothing() {
        run(this.runner.withInitializer((context) -> ((GenericApplicationContext) context).registerBean("orders",
                WorkflowClient.class, () -> client(context, "orders", standard(), false))), (namespaces) -> {
                    CodecNamespace namespace = namespaces.find("orders");
                    assertThat(namespace.storage().getDrivers()).extracting(StorageDriver::getName)
                        .containsExactly("recording");
                    assertThat(namespace.storage()
                        .getDriverSelector()
                        .selectDriver(null, Payloads.of(new byte[1_000_000]))).isNull();
                });
    }

    @Test
    void ofSeveralClientsTheOneThatStoresTellsTheTruth() {
        run(this.runner
            .withInitializer((context) -> ((GenericApplicationContext) context).registerBean("own",
                    WorkflowClient.class, () -> client(context, "default", standard(), false)))
            .withInitializer((context) -> ((GenericApplicationContext) context).registerBean("storing",
                    WorkflowClient.class, () -> client(context, "default", gzip(), true))),
                (namespaces) -> assertThat(isEncoded(namespaces.find(null))).isTrue());
    }

    @Test
    void anApplicationsCodecsComeFirst() {
        PayloadCodec none = new PayloadCodec() {

            @Override
            public List<Payload> encode(List<Payload> payloads) {
                return payloads;
            }

            @Override
            public List<Payload> decode(List<Payload> payloads) {
                return payloads;
            }

        };
        run(this.runner.withBean("dataConverter", DataConverter.class, ApplicationNamespacesTests::gzip)
            .withBean(CodecServerCodecs.class, () -> (namespace) -> namespace.equals("own") ? none : null)
            .withPropertyValues("spring.temporal.namespaces[0].namespace=own"), (namespaces) -> {
                assertThat(namespaces.find("own").codec()).isSameAs(none);
                assertThat(isEncoded(namespaces.find(null))).isTrue();
            });
    }

}
