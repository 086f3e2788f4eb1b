package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.temporal.payload.storage.StorageDriver;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.env.RandomValuePropertySource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.PropertySource;
import org.springframework.jndi.JndiLocatorDelegate;
import org.springframework.jndi.JndiPropertySource;

/** Tests property sources that cannot list their properties. */
@ExtendWith(OutputCaptureExtension.class)
class UnlistedPropertySourcesTests {

    private static final String PREFIX = "temporal.external-storage.";

    private static final String WARNING = "cannot list their properties";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all());

    @Test
    void warnsOfASourceWhoseDriversAreNotFound(CapturedOutput output) {
        with(new VaultPropertySource(Map.of(PREFIX + "drivers.s3.bucket", "payloads"))).run((context) -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(StorageDriver.class);
            assertThat(output).containsOnlyOnce(WARNING)
                .contains("'vault' (" + VaultPropertySource.class.getName() + ")")
                .contains(PREFIX + "drivers.<id>.type");
        });
    }

    /** The usual way to write a source of one's own. */
    @Test
    void warnsOfASourceThatHasNothingButAName(CapturedOutput output) {
        with(new PropertySource<Object>("own") {

            @Override
            public @Nullable Object getProperty(String name) {
                return null;
            }

        }).run((context) -> assertThat(output).containsOnlyOnce(WARNING));
    }

    /** What the warning advises. */
    @Test
    void aDriverThatAnotherSourceNamesTakesItsPropertiesFromThere() {
        with(new VaultPropertySource(Map.of(PREFIX + "drivers.s3.bucket", "payloads", PREFIX + "drivers.s3.region",
                "eu-west-1", PREFIX + "drivers.s3.credentials.access-key-id", "key",
                PREFIX + "drivers.s3.credentials.secret-access-key", "secret")))
            .withPropertyValues(PREFIX + "drivers.s3.type=s3")
            .run((context) -> assertThat(context).hasNotFailed().hasBean("s3StorageDriver"));
    }

    @Test
    void saysNothingOfSpringsOwn(CapturedOutput output) {
        new SpringApplicationBuilder(StarterAutoConfigurations.classes()).web(WebApplicationType.NONE).run().close();
        with(new JndiPropertySource("jndi", JndiLocatorDelegate.createDefaultResourceRefLocator()))
            .run((context) -> assertThat(context).hasNotFailed());
        with(new RandomValuePropertySource("chance")).run((context) -> assertThat(context).hasNotFailed());
        with(new PropertySource.StubPropertySource("servletContextInitParams"))
            .run((context) -> assertThat(context).hasNotFailed());
        assertThat(output).doesNotContain(WARNING);
    }

    /** Jasypt wraps every source, for instance. */
    @Test
    void saysNothingOfSpringsOwnInAWrapper(CapturedOutput output) {
        with(new Wrapper<>(new RandomValuePropertySource("random")))
            .run((context) -> assertThat(context).hasNotFailed());
        with(new Wrapper<>(new PropertySource.StubPropertySource("servletContextInitParams")))
            .run((context) -> assertThat(context).hasNotFailed());
        assertThat(output).doesNotContain(WARNING);
    }

    private ApplicationContextRunner with(PropertySource<?> source) {
        return this.runner.withInitializer((context) -> context.getEnvironment().getPropertySources().addLast(source));
    }

    private static final class VaultPropertySource extends PropertySource<Map<String, String>> {

        VaultPropertySource(Map<String, String> secrets) {
            super("vault", secrets);
        }

        @Override
        public Object getProperty(String name) {
            return getSource().get(name);
        }

    }

    private static final class Wrapper<T> extends PropertySource<T> {

        private final PropertySource<T> delegate;

        Wrapper(PropertySource<T> delegate) {
            super(delegate.getName(), delegate.getSource());
            this.delegate = delegate;
        }

        @Override
        public Object getProperty(String name) {
            return this.delegate.getProperty(name);
        }

    }

}
