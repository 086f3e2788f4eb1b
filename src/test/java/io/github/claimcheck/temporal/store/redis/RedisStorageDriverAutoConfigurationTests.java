package io.github.claimcheck.temporal.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.github.claimcheck.temporal.testing.FailureReport;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.temporal.payload.storage.StorageDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * What is configured wrong stops the application, and the report says what to type
 * instead. No Redis is needed.
 */
class RedisStorageDriverAutoConfigurationTests {

    private static final String DRIVER = "temporal.external-storage.drivers.redis.";

    private final ApplicationContextRunner starter = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all())
        .withPropertyValues(DRIVER + "type=redis");

    private final ApplicationContextRunner connected = this.starter
        .withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class));

    @Test
    void usesTheConnectionOfSpringBootWithoutConnectingAtOnce() {
        this.connected.withPropertyValues("spring.data.redis.port=1")
            .run((context) -> assertThat(context).hasNotFailed().hasSingleBean(StorageDriver.class));
    }

    @Test
    void theLibraryIsNotNeededByWhoStoresElsewhere() {
        new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withClassLoader(new FilteredClassLoader("org.springframework.data", "io.lettuce", "reactor"))
            .withPropertyValues("temporal.external-storage.drivers.local-disk.directory=target/unused")
            .run((context) -> assertThat(context).hasNotFailed()
                .hasSingleBean(StorageDriver.class)
                .doesNotHaveBean(RedisStorageDriverFactory.class));
    }

    @Test
    void noLibrary() {
        FailureAnalysis analysis = failure(
                this.starter.withClassLoader(new FilteredClassLoader("org.springframework.data", "io.lettuce")));
        assertThat(analysis.getDescription()).contains("'redis'", "temporal.external-storage.drivers.redis");
        assertThat(analysis.getAction())
            .contains("Add the dependency org.springframework.boot:spring-boot-starter-data-redis");
    }

    @Test
    void noConnection() {
        FailureAnalysis analysis = failure(this.starter);
        assertThat(analysis.getDescription()).contains("no ReactiveRedisConnectionFactory bean");
        assertThat(analysis.getAction()).contains("spring-boot-starter-data-redis", "spring.data.redis.host");
    }

    @Test
    void aConnectionThatBlocks() {
        FailureAnalysis analysis = failure(
                this.starter.withBean("jedis", RedisConnectionFactory.class, () -> mock(RedisConnectionFactory.class))
                    .withClassLoader(new FilteredClassLoader("io.lettuce", "reactor")));
        assertThat(analysis.getDescription())
            .contains("requires a ReactiveRedisConnectionFactory bean, which jedis is not");
        assertThat(analysis.getAction()).contains("io.lettuce:lettuce-core", "spring.data.redis.client-type",
                DRIVER + "connection-factory");
    }

    /** Whatever has been asked for, and created, before the driver. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aConnectionWhoseDeclaredTypeDoesNotTell(boolean createdFirst) {
        ApplicationContextRunner runner = this.starter
            .withUserConfiguration(createdFirst ? FactoryFirst.class : DriverFirst.class, DeclaredBlocking.class);
        runner.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(StorageDriver.class));
        runner.withPropertyValues(DRIVER + "connection-factory=redisConnectionFactory")
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void aConnectionOfAFactoryBean() {
        this.starter.withUserConfiguration(DriverFirst.class, OfFactoryBean.class)
            .run((context) -> assertThat(context).hasNotFailed().hasSingleBean(StorageDriver.class));
    }

    @Test
    void aDeclaredTypeMakesNoDifferenceAmongSeveral() {
        FailureAnalysis analysis = failure(
                this.starter.withUserConfiguration(DriverFirst.class, DeclaredBlocking.class, DeclaredLettuce.class));
        assertThat(analysis.getDescription()).contains("several ReactiveRedisConnectionFactory beans");
        assertThat(analysis.getAction()).contains("lettuce", "redisConnectionFactory", "@Primary");
    }

    @Test
    void aConnectionThatBlocksBesideOneThatDoesNot() {
        this.starter.withUserConfiguration(DriverFirst.class, DeclaredLettuce.class)
            .withBean("jedis", RedisConnectionFactory.class, () -> mock(RedisConnectionFactory.class))
            .run((context) -> assertThat(context).hasNotFailed().hasSingleBean(StorageDriver.class));
    }

    @Test
    void aConnectionThatBlocksByItsName() {
        FailureAnalysis analysis = failure(
                this.connected.withBean("jedis", RedisConnectionFactory.class, () -> mock(RedisConnectionFactory.class))
                    .withPropertyValues(DRIVER + "connection-factory=jedis"));
        assertThat(analysis.getDescription())
            .contains("requires a ReactiveRedisConnectionFactory bean, which jedis is not");
    }

    @Configuration(proxyBeanMethods = false)
    static class DeclaredBlocking {

        @Bean
        RedisConnectionFactory redisConnectionFactory() {
            return new LettuceConnectionFactory("localhost", 1);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class DeclaredLettuce {

        @Bean
        LettuceConnectionFactory lettuce() {
            return new LettuceConnectionFactory("localhost", 2);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OfFactoryBean {

        @Bean
        FactoryBean<RedisConnectionFactory> redisConnectionFactory() {
            return new FactoryBean<>() {

                @Override
                public RedisConnectionFactory getObject() {
                    return new LettuceConnectionFactory("localhost", 1);
                }

                @Override
                public Class<?> getObjectType() {
                    return RedisConnectionFactory.class;
                }

            };
        }

    }

    /** Asks for the driver before any other bean is created. */
    @Configuration(proxyBeanMethods = false)
    static class DriverFirst {

        @Bean
        static BeanPostProcessor driverFirst(ObjectProvider<StorageDriver> driver) {
            return new BeanPostProcessor() {

                private boolean asked;

                @Override
                public Object postProcessBeforeInitialization(Object bean, String name) {
                    if (!this.asked && !(bean instanceof RedisConnectionFactory)) {
                        this.asked = true;
                        driver.getObject();
                    }
                    return bean;
                }

            };
        }

    }

    /** Creates the connection factory before the driver. */
    @Configuration(proxyBeanMethods = false)
    static class FactoryFirst {

        FactoryFirst(RedisConnectionFactory factory, ObjectProvider<ReactiveRedisConnectionFactory> reactive) {
            reactive.getIfAvailable();
        }

    }

    @Test
    void severalConnections() {
        FailureAnalysis analysis = failure(several());
        assertThat(analysis.getDescription()).contains("several ReactiveRedisConnectionFactory beans",
                DRIVER + "connection-factory");
        assertThat(analysis.getAction()).contains("Set " + DRIVER + "connection-factory to one of: one, two",
                "@Primary");
    }

    @Test
    void oneOfSeveralConnectionsIsChosenByNameOrPrimary() {
        several().withPropertyValues(DRIVER + "connection-factory=two")
            .run((context) -> assertThat(context).hasNotFailed());
        several()
            .withBean("three", ReactiveRedisConnectionFactory.class, () -> mock(ReactiveRedisConnectionFactory.class),
                    (definition) -> definition.setPrimary(true))
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void aConnectionThatServesOnlyDriversThatNameIt() {
        ApplicationContextRunner runner = this.starter.withBean("one", ReactiveRedisConnectionFactory.class,
                () -> mock(ReactiveRedisConnectionFactory.class),
                (definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false));
        FailureAnalysis analysis = failure(runner);
        assertThat(analysis.getDescription()).contains(DRIVER + "connection-factory is not set");
        assertThat(analysis.getAction()).isEqualTo("Set " + DRIVER
                + "connection-factory to one of: one. These beans serve only drivers that name " + "them.");
        runner.withPropertyValues(DRIVER + "connection-factory=one")
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void aConnectionThatThereIsNot() {
        FailureAnalysis analysis = failure(several().withPropertyValues(DRIVER + "connection-factory=tow"));
        assertThat(analysis.getDescription()).contains(DRIVER + "connection-factory is tow");
        assertThat(analysis.getAction()).contains("Set " + DRIVER + "connection-factory to one of: one, two");
    }

    private ApplicationContextRunner several() {
        return this.starter
            .withBean("one", ReactiveRedisConnectionFactory.class, () -> mock(ReactiveRedisConnectionFactory.class))
            .withBean("two", ReactiveRedisConnectionFactory.class, () -> mock(ReactiveRedisConnectionFactory.class));
    }

    @ParameterizedTest
    @ValueSource(strings = { "0s", "-1d", "1us" })
    void noTimeToLive(String ttl) {
        FailureAnalysis analysis = failure(this.connected.withPropertyValues(DRIVER + "ttl=" + ttl));
        assertThat(analysis.getDescription()).contains(DRIVER + "ttl is ");
        assertThat(analysis.getAction())
            .contains("Set " + DRIVER + "ttl to more than the length of the longest chain of workflow runs plus");
    }

    @Test
    void aSizeThatRedisDoesNotTake() {
        FailureAnalysis analysis = failure(this.connected.withPropertyValues(DRIVER + "max-payload-size=513MB"));
        assertThat(analysis.getDescription()).contains(DRIVER + "max-payload-size is ");
        assertThat(analysis.getAction()).contains("Set " + DRIVER + "max-payload-size to 512MB or less");
    }

    @Test
    void anUnknownProperty() {
        FailureAnalysis analysis = FailureReport
            .of(startupFailure(this.connected.withPropertyValues(DRIVER + "host=redis.example.com")));
        assertThat(analysis.getAction())
            .contains("connection-factory, enabled, key-prefix, max-payload-size, max-retrieved-size, name, ttl, type");
    }

    private static FailureAnalysis failure(ApplicationContextRunner runner) {
        FailureAnalysis analysis = FailureReport.of(startupFailure(runner));
        assertThat(analysis).isNotNull();
        return analysis;
    }

    private static Throwable startupFailure(ApplicationContextRunner runner) {
        Throwable[] failure = new Throwable[1];
        runner.run((context) -> {
            assertThat(context).hasFailed();
            failure[0] = context.getStartupFailure();
        });
        return failure[0];
    }

}
