package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.github.claimcheck.temporal.plugin.ExternalStoragePlugin;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.testing.GzipCodec;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.temporal.api.common.v1.Payload;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.schedules.ScheduleClientOptions;
import io.temporal.common.converter.ByteArrayPayloadConverter;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.converter.GlobalDataConverter;
import io.temporal.payload.context.SerializationContext;
import io.temporal.payload.context.WorkflowSerializationContext;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverSelector;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;

/**
 * Tests external storage in data converter beans, however an application declares and
 * injects them.
 */
@ExtendWith(OutputCaptureExtension.class)
class DataConverterCustomizerTests {

    private static final SerializationContext WORKFLOW = new WorkflowSerializationContext("default", "workflow");

    private final RecordingStorageDriver driver = new RecordingStorageDriver("recording");

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all())
        .withBean("driver", StorageDriver.class, () -> this.driver)
        .withPropertyValues("temporal.external-storage.threshold=1KB");

    @Test
    void wrapsAConverterDeclaredAsTheInterface() {
        this.runner.withUserConfiguration(AsInterface.class).run((context) -> {
            assertThat(context).hasNotFailed().hasSingleBean(DataConverter.class);
            assertThat(context.getBean(DataConverter.class)).isInstanceOf(ExternalStorageDataConverter.class);
            assertStores(context.getBean(DataConverter.class));
        });
    }

    @Test
    void proxiesAConverterDeclaredAsItsClass() {
        this.runner.withUserConfiguration(AsClass.class).run((context) -> {
            assertThat(context).hasNotFailed().hasSingleBean(DataConverter.class);
            assertStores(context.getBean(DataConverter.class));
            assertStores(context.getBean(User.class).converter());
            assertStores(context.getBean(DataConverter.class).withContext(WORKFLOW));
        });
    }

    @Test
    void leavesUseAsACodecAlone() {
        this.runner.withUserConfiguration(AsClass.class).run((context) -> {
            Payload payload = DefaultDataConverter.newDefaultInstance().toPayload(new byte[2000]).orElseThrow();
            List<Payload> encoded = context.getBean(CodecDataConverter.class).encode(List.of(payload));
            assertThat(encoded).singleElement()
                .satisfies((one) -> assertThat(one.getMetadataOrThrow("encoding").toStringUtf8())
                    .isEqualTo(GzipCodec.ENCODING));
            assertThat(this.driver.stored()).isEmpty();
        });
    }

    @Test
    void proxiesAConverterOfTheApplicationsOwnClass() {
        this.runner.withUserConfiguration(OwnClass.class).run((context) -> {
            assertThat(context).hasNotFailed();
            assertStores(context.getBean(DataConverter.class));
            assertThat(context.getBean(OwnConverter.class).greeting()).isEqualTo("hello");
        });
    }

    @Test
    void keepsAConverterOfAFinalClassAndWarns(CapturedOutput output) {
        this.runner.withUserConfiguration(FinalClass.class).run((context) -> {
            assertThat(context).hasNotFailed().hasSingleBean(FinalConverter.class);
            assertThat(output.getOut()).contains(FinalConverter.class.getName()).contains("cannot be proxied");
            assertPluginUsesOriginal(context, context.getBean(FinalConverter.class));
        });
    }

    @Test
    void keepsAConverterThatCannotBeExtended(CapturedOutput output) {
        this.runner.withBean(ClosedConverter.class, ClosedConverter::create).run((context) -> {
            assertThat(context).hasNotFailed().hasSingleBean(ClosedConverter.class);
            assertThat(output.getOut()).contains(ClosedConverter.class.getName()).contains("cannot be proxied");
        });
    }

    @ParameterizedTest
    @ValueSource(classes = { FactoryOfInterface.class, FactoryOfFinalClass.class, FactoryOfUnknown.class,
            FactoryOfPrototypes.class })
    void customizesTheConverterOfAFactoryBean(Class<?> configuration) {
        this.runner.withUserConfiguration(configuration).run((context) -> {
            assertThat(context).hasNotFailed();
            DataConverter converter = context.getBean("converter", DataConverter.class);
            assertStores(converter);
            assertStores(converter.withContext(WORKFLOW));
            WorkflowClientOptions.Builder options = WorkflowClientOptions.newBuilder().setDataConverter(converter);
            context.getBean(ExternalStoragePlugin.class).configureWorkflowClient(options);
            assertThat(options.build().getDataConverter()).isSameAs(ConverterFactory.ORIGINAL);
        });
    }

    @Test
    void injectsTheClassThatAFactoryBeanTells() {
        this.runner.withUserConfiguration(FactoryOfClass.class).run((context) -> {
            assertStores(context.getBean(CodecDataConverter.class));
            assertPluginUsesOriginal(context, AsInterface.ORIGINAL);
        });
    }

    @ParameterizedTest
    @ValueSource(classes = { ScopedInterface.class, ScopedClass.class })
    void customizesAScopedProxyOnce(Class<?> configuration) {
        this.runner.withUserConfiguration(configuration).run((context) -> {
            assertThat(context).hasNotFailed();
            DataConverter converter = context.getBean(DataConverter.class);
            assertStores(converter);
            assertThat(context.getBean("scopedTarget.converter")).isNotInstanceOf(ExternalStorageDataConverter.class)
                .isInstanceOf(CodecDataConverter.class);
            WorkflowClientOptions.Builder options = WorkflowClientOptions.newBuilder().setDataConverter(converter);
            context.getBean(ExternalStoragePlugin.class).configureWorkflowClient(options);
            Payload payload = options.build().getDataConverter().toPayload(new byte[100_000]).orElseThrow();
            assertThat(StorageReference.isReference(payload)).isFalse();
        });
    }

    @Test
    void customizesWhatAnotherPostProcessorMade() {
        this.runner.withUserConfiguration(AsInterface.class)
            .withBean(BeanPostProcessor.class, () -> new BeanPostProcessor() {

                @Override
                public Object postProcessBeforeInitialization(Object bean, String name) {
                    return (bean instanceof DataConverter converter)
                            ? new CodecDataConverter(converter, List.of(new GzipCodec())) : bean;
                }

            })
            .run((context) -> assertStores(context.getBean(DataConverter.class)));
    }

    @Test
    void proxiesAProxy() {
        this.runner.withUserConfiguration(OwnClass.class).withBean(BeanNameAutoProxyCreator.class, () -> {
            BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
            creator.setBeanNames("converter");
            creator.setProxyTargetClass(true);
            return creator;
        }).run((context) -> {
            assertThat(context).hasNotFailed();
            assertStores(context.getBean(DataConverter.class));
        });
    }

    @Test
    void keepsTheApplicationsProxyInTheClient() {
        this.runner.run((context) -> {
            DataConverter proxy = (DataConverter) new ProxyFactory(OwnClass.ORIGINAL).getProxy();
            WorkflowClientOptions.Builder options = WorkflowClientOptions.newBuilder().setDataConverter(proxy);
            context.getBean(ExternalStoragePlugin.class).configureWorkflowClient(options);
            assertThat(options.build().getDataConverter()).isSameAs(proxy);
        });
    }

    @Test
    void injectsTheDefaultConverterIntoASelector() {
        this.runner.withUserConfiguration(SelectorWithConverter.class).run((context) -> {
            assertThat(context).hasNotFailed();
            assertStores(context.getBean(DataConverter.class));
        });
    }

    @Test
    void runsACodecAroundTheConverterBeforeStoring() {
        this.runner.withUserConfiguration(Nested.class).run((context) -> {
            assertStores(context.getBean("mainDataConverter", DataConverter.class));
            context.getBean("mainDataConverter", DataConverter.class).toPayload(new byte[100_000]);
            assertThat(this.driver.stored()).allSatisfy(DataConverterCustomizerTests::isCompressed);
        });
    }

    @Test
    void runsACodecInTheClientsOptionsBeforeStoring() {
        this.runner.withUserConfiguration(AsInterface.class).run((context) -> {
            DataConverter around = new CodecDataConverter(context.getBean(DataConverter.class),
                    List.of(new GzipCodec()));
            WorkflowClientOptions.Builder options = WorkflowClientOptions.newBuilder().setDataConverter(around);
            context.getBean(ExternalStoragePlugin.class).configureWorkflowClient(options);
            DataConverter inClient = options.build().getDataConverter();
            Payload payload = inClient.withContext(WORKFLOW).toPayload(new byte[100_000]).orElseThrow();
            assertThat(payload).satisfies(DataConverterCustomizerTests::isCompressed);
            assertThat(inClient.fromPayload(payload, byte[].class, byte[].class)).hasSize(100_000);

            ScheduleClientOptions.Builder schedules = ScheduleClientOptions.newBuilder().setDataConverter(around);
            context.getBean(ExternalStoragePlugin.class).configureScheduleClient(schedules);
            schedules.build().getDataConverter().withContext(WORKFLOW).toPayload(Payloads.bytes(100_000, 1));
            assertThat(this.driver.stored()).singleElement().satisfies(DataConverterCustomizerTests::isCompressed);
        });
    }

    private static void isCompressed(Payload payload) {
        assertThat(payload.getMetadataOrThrow("encoding").toStringUtf8()).isEqualTo(GzipCodec.ENCODING);
    }

    @Test
    void customizesEveryConverter() {
        this.runner.withUserConfiguration(Several.class).run((context) -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBeansOfType(DataConverter.class)).hasSize(2)
                .containsOnlyKeys("mainDataConverter", "archiveDataConverter");
            context.getBeansOfType(DataConverter.class).values().forEach(this::assertStores);
        });
    }

    @Test
    void pluginGivesClientsTheOriginalConverter() {
        this.runner.withUserConfiguration(AsInterface.class)
            .run((context) -> assertPluginUsesOriginal(context, AsInterface.ORIGINAL));
        this.runner.withUserConfiguration(OwnClass.class)
            .run((context) -> assertPluginUsesOriginal(context, OwnClass.ORIGINAL));
    }

    private static void assertPluginUsesOriginal(ApplicationContext context, DataConverter original) {
        WorkflowClientOptions.Builder options = WorkflowClientOptions.newBuilder()
            .setDataConverter(context.getBean(DataConverter.class));
        context.getBean(ExternalStoragePlugin.class).configureWorkflowClient(options);
        assertThat(options.build().getDataConverter()).isSameAs(original);
        assertThat(options.build().getExternalStorage()).isSameAs(context.getBean(ExternalStorage.class));
    }

    @Test
    void pluginKeepsTheApplicationsExternalStorage() {
        this.runner.run((context) -> {
            ExternalStorage own = ExternalStorage.newBuilder().setDriver(new RecordingStorageDriver("own")).build();
            WorkflowClientOptions.Builder options = WorkflowClientOptions.newBuilder().setExternalStorage(own);
            context.getBean(ExternalStoragePlugin.class).configureWorkflowClient(options);
            assertThat(options.build().getExternalStorage()).isSameAs(own);
            assertThat(options.build().getDataConverter()).isNull();
        });
    }

    @Test
    void pluginGivesScheduleClientsAStoringConverter() {
        this.runner.run((context) -> {
            ScheduleClientOptions.Builder withDefault = ScheduleClientOptions.newBuilder();
            context.getBean(ExternalStoragePlugin.class).configureScheduleClient(withDefault);
            assertStores(withDefault.build().getDataConverter().withContext(WORKFLOW));

            ScheduleClientOptions.Builder withOwn = ScheduleClientOptions.newBuilder()
                .setDataConverter(context.getBean(DataConverter.class));
            context.getBean(ExternalStoragePlugin.class).configureScheduleClient(withOwn);
            assertThat(((ExternalStorageDataConverter) withOwn.build().getDataConverter()).getOriginal())
                .isSameAs(GlobalDataConverter.get());
        });
    }

    @Test
    void keepsTheMemoOfAScheduleInline() {
        this.runner.run((context) -> {
            ScheduleClientOptions.Builder options = ScheduleClientOptions.newBuilder();
            context.getBean(ExternalStoragePlugin.class).configureScheduleClient(options);
            // It is what a schedule client converts without a context.
            Payload memo = options.build().getDataConverter().toPayload(new byte[100_000]).orElseThrow();
            assertThat(StorageReference.isReference(memo)).isFalse();
        });
    }

    /** Asserts that a converter stores a large value once and retrieves it. */
    private void assertStores(DataConverter converter) {
        this.driver.stored().clear();
        byte[] value = Payloads.bytes(100_000, 1);
        Payload payload = converter.toPayload(value).orElseThrow();
        assertThat(StorageReference.isReference(payload)).isTrue();
        assertThat(this.driver.stored()).hasSize(1).noneMatch(StorageReference::isReference);
        assertThat(converter.fromPayload(payload, byte[].class, byte[].class)).isEqualTo(value);
    }

    @Configuration(proxyBeanMethods = false)
    static class AsInterface {

        static final DataConverter ORIGINAL = new CodecDataConverter(DefaultDataConverter.newDefaultInstance(),
                List.of(new GzipCodec()));

        @Bean
        DataConverter converter() {
            return ORIGINAL;
        }

    }

    record ConverterFactory(DataConverter getObject, Class<?> getObjectType,
            boolean isSingleton) implements FactoryBean<DataConverter> {

        /** A converter that cannot be proxied. */
        static final DataConverter ORIGINAL = new FinalConverter();

        @Override
        public Class<?> getObjectType() {
            return this.getObjectType;
        }

        @Override
        public boolean isSingleton() {
            return this.isSingleton;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class FactoryOfInterface {

        @Bean
        FactoryBean<DataConverter> converter() {
            return new ConverterFactory(ConverterFactory.ORIGINAL, DataConverter.class, true);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class FactoryOfClass {

        @Bean
        ConverterFactory converter() {
            return new ConverterFactory(AsInterface.ORIGINAL, CodecDataConverter.class, true);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class FactoryOfFinalClass {

        @Bean
        FactoryBean<DataConverter> converter() {
            return new ConverterFactory(ConverterFactory.ORIGINAL, FinalConverter.class, true);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class FactoryOfUnknown {

        @Bean
        FactoryBean<?> converter() {
            return new ConverterFactory(ConverterFactory.ORIGINAL, null, true);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class FactoryOfPrototypes {

        @Bean
        FactoryBean<DataConverter> converter() {
            return new ConverterFactory(ConverterFactory.ORIGINAL, DataConverter.class, false);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class ScopedInterface {

        @Bean
        @Scope(scopeName = "prototype", proxyMode = ScopedProxyMode.INTERFACES)
        DataConverter converter() {
            return AsInterface.ORIGINAL;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class ScopedClass {

        @Bean
        @Scope(scopeName = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
        CodecDataConverter converter() {
            return (CodecDataConverter) AsInterface.ORIGINAL;
        }

    }

    record User(CodecDataConverter converter) {
    }

    @Configuration
    static class AsClass {

        @Bean
        CodecDataConverter converter() {
            return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new GzipCodec()));
        }

        /** Calls the other bean method, which returns whatever the bean has become. */
        @Bean
        User user() {
            return new User(converter());
        }

    }

    static class OwnConverter extends DefaultDataConverter {

        private final String greeting;

        OwnConverter(String greeting) {
            super(new ByteArrayPayloadConverter());
            this.greeting = greeting;
        }

        String greeting() {
            return this.greeting;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnClass {

        static final OwnConverter ORIGINAL = new OwnConverter("hello");

        @Bean
        OwnConverter converter() {
            return ORIGINAL;
        }

        @Bean
        Object injectsIt(OwnConverter converter) {
            return converter.greeting();
        }

    }

    static final class FinalConverter extends DefaultDataConverter {

        FinalConverter() {
            super(new ByteArrayPayloadConverter());
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class FinalClass {

        @Bean
        FinalConverter converter() {
            return new FinalConverter();
        }

        @Bean
        Object injectsIt(FinalConverter converter) {
            return converter.toString();
        }

    }

    static class ClosedConverter extends DefaultDataConverter {

        private ClosedConverter() {
            super(new ByteArrayPayloadConverter());
        }

        static ClosedConverter create() {
            return new ClosedConverter();
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class SelectorWithConverter {

        @Bean
        StorageDriverSelector selector(DataConverter converter, StorageDriver driver) {
            assertThat(converter).isNotNull();
            return (context, payload) -> driver;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Nested {

        @Bean
        DataConverter base() {
            return DefaultDataConverter.newDefaultInstance();
        }

        @Bean
        DataConverter mainDataConverter(@Qualifier("base") DataConverter base) {
            return new CodecDataConverter(base, List.of(new GzipCodec()));
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Several {

        @Bean
        DataConverter mainDataConverter() {
            return DefaultDataConverter.newDefaultInstance();
        }

        @Bean
        CodecDataConverter archiveDataConverter() {
            return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new GzipCodec()));
        }

    }

}
