package io.github.claimcheck.temporal.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.beans.factory.config.BeanDefinitionCustomizer;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.ContextAnnotationAutowireCandidateResolver;

@ExtendWith(OutputCaptureExtension.class)
class ApplicationBeanTests {

    private static final StorageDriverId ID = StorageDriverId.of("shelf");

    private static final StorageDriverProperty PROPERTY = ID.property("client-bean");

    private final DefaultListableBeanFactory beans = beanFactory();

    private final ApplicationBean<Client> bean = bean(this.beans);

    private static DefaultListableBeanFactory beanFactory() {
        DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
        beans.setAutowireCandidateResolver(new ContextAnnotationAutowireCandidateResolver());
        return beans;
    }

    private static ApplicationBean<Client> bean(DefaultListableBeanFactory beans) {
        Injected injected = (Injected) beans.autowire(Injected.class, AutowireCapableBeanFactory.AUTOWIRE_CONSTRUCTOR,
                false);
        return new ApplicationBean<>(Client.class, injected.clients(), beans);
    }

    private Client register(String name) {
        return register(name, (definition) -> {
        });
    }

    private Client register(String name, BeanDefinitionCustomizer customizer) {
        Client client = new Client();
        RootBeanDefinition definition = new RootBeanDefinition(Client.class, () -> client);
        customizer.customize(definition);
        this.beans.registerBeanDefinition(name, definition);
        return client;
    }

    private static void assertRefused(ThrowingCallable call, String description, String action) {
        assertThatExceptionOfType(ExternalStorageConfigurationException.class).isThrownBy(call).satisfies((failure) -> {
            assertThat(failure).hasMessageContaining(description);
            assertThat(failure.getAction()).contains(action);
        });
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = { "", " " })
    void isTheOnlyOneWithoutAName(String name) {
        assertThat(this.bean.find(PROPERTY, name)).isNull();

        Client client = register("client");
        assertThat(this.bean.find(PROPERTY, name)).isSameAs(client);
    }

    @Test
    void isTheNamedOne() {
        register("one");
        Client two = register("two");

        assertThat(this.bean.find(PROPERTY, "two")).isSameAs(two);
    }

    @Test
    void isThePrimaryOneWithoutAName() {
        register("one");
        Client two = register("two", (definition) -> definition.setPrimary(true));

        assertThat(this.bean.find(PROPERTY, null)).isSameAs(two);
    }

    @Test
    void servesOnlyDriversThatNameItIfNotADefaultCandidate() {
        Client client = register("client",
                (definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false));

        assertThat(this.bean.find(PROPERTY, null)).isNull();
        assertThat(this.bean.find(PROPERTY, "client")).isSameAs(client);
        assertThat(this.bean.names()).containsExactly("client");
    }

    @Test
    void severalNeedAName() {
        register("one");
        register("two");

        assertRefused(() -> this.bean.find(PROPERTY, null),
                "There are several Client beans, but temporal.external-storage.drivers.shelf.client-bean is not set",
                "Set temporal.external-storage.drivers.shelf.client-bean to one of: one, two.");
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        register("one");

        assertRefused(() -> this.bean.find(PROPERTY, "tow"),
                "client-bean is tow, which is not the name of a Client bean", "to one of: one.");
    }

    @Test
    void anUnknownNameWhereThereIsNone() {
        assertRefused(() -> this.bean.find(PROPERTY, "one"), "is not the name of a Client bean",
                "Declare a " + Client.class.getName() + " bean of that name");
    }

    @Test
    void theNameOfAnotherKindOfBean() {
        this.beans.registerSingleton("text", "text");

        assertRefused(() -> this.bean.find(PROPERTY, "text"),
                "client-bean is text, which is a java.lang.String bean, not a Client",
                "Declare a " + Client.class.getName() + " bean of that name");
    }

    @Test
    void isFoundInAParentToo() {
        Client client = register("client");
        DefaultListableBeanFactory child = new DefaultListableBeanFactory(this.beans);

        assertThat(bean(child).find(PROPERTY, "client")).isSameAs(client);
    }

    @Test
    void warnsOfPropertiesWithoutEffect(CapturedOutput output) {
        ShelfProperties properties = new ShelfProperties();
        properties.setApiCallTimeout(5);
        properties.setName("changed");
        this.bean.warnOfUnused(ID, properties, new ShelfProperties(), "api-call-timeout", "region");

        assertThat(output)
            .contains("The application's Client bean is used, so these properties of "
                    + "temporal.external-storage.drivers.shelf have no effect: api-call-timeout")
            .doesNotContain("region");
    }

    @Test
    void warnsOfNothingWhereAllIsAtItsDefault(CapturedOutput output) {
        ShelfProperties properties = new ShelfProperties();
        properties.setName("changed");
        this.bean.warnOfUnused(ID, properties, new ShelfProperties(), "api-call-timeout", "region");

        assertThat(output.toString()).doesNotContain("no effect");
    }

    /** As an auto-configuration gets it. */
    record Injected(ObjectProvider<Client> clients) {

    }

    static final class Client {

    }

    static final class ShelfProperties extends StorageDriverProperties {

        private int apiCallTimeout = 1;

        private String region;

        ShelfProperties() {
            super("shelf");
        }

        public int getApiCallTimeout() {
            return this.apiCallTimeout;
        }

        public void setApiCallTimeout(int apiCallTimeout) {
            this.apiCallTimeout = apiCallTimeout;
        }

        public String getRegion() {
            return this.region;
        }

        public void setRegion(String region) {
            this.region = region;
        }

    }

}
