package io.github.claimcheck.temporal.store.redis;

import io.github.claimcheck.temporal.spi.ApplicationBean;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.StringUtils;

/**
 * Finds the application's reactive connection factory. Beans are told by their class, not
 * by their declared type: {@code @Bean RedisConnectionFactory} often returns a
 * {@code LettuceConnectionFactory}, which is also reactive, but only an instance shows
 * it.
 *
 * @param reactive the beans that are declared reactive
 * @param declared all other connection factories
 */
record RedisClients(ApplicationBean<ReactiveRedisConnectionFactory> reactive,
        ApplicationBean<RedisConnectionFactory> declared) {

    /**
     * Finds the connection factory.
     * @param property the property that names the bean
     * @param name the value of that property; may be null or blank
     * @throws ExternalStorageConfigurationException if there is none, or several without
     * a name
     */
    ReactiveRedisConnectionFactory find(StorageDriverProperty property, @Nullable String name) {
        if (StringUtils.hasText(name)) {
            return named(property, name);
        }
        ReactiveRedisConnectionFactory preferred = preferred();
        if (preferred != null) {
            return preferred;
        }
        List<ReactiveRedisConnectionFactory> found = Stream
            .concat(this.declared.unnamed().stream(), this.reactive.unnamed().stream())
            .filter(ReactiveRedisConnectionFactory.class::isInstance)
            .map(ReactiveRedisConnectionFactory.class::cast)
            .distinct()
            .toList();
        if (found.size() == 1) {
            return found.get(0);
        }
        throw found.isEmpty() ? none(property) : several(property);
    }

    private ReactiveRedisConnectionFactory named(StorageDriverProperty property, String name) {
        if (names().isEmpty()) {
            throw none(property);
        }
        if (this.reactive.beans().containsBean(name)
                && !(this.reactive.beans().getBean(name) instanceof ReactiveRedisConnectionFactory)
                && this.reactive.beans().isTypeMatch(name, RedisConnectionFactory.class)) {
            throw blocking(property, name);
        }
        ReactiveRedisConnectionFactory found = this.reactive.find(property, name);
        if (found == null) {
            throw none(property);
        }
        return found;
    }

    /** Returns the bean that is the only one or primary among those of a type. */
    private @Nullable ReactiveRedisConnectionFactory preferred() {
        ReactiveRedisConnectionFactory unshared = this.reactive.unnamed().getIfUnique();
        if (unshared != null && !(unshared instanceof RedisConnectionFactory)) {
            return unshared;
        }
        ObjectProvider<RedisConnectionFactory> others = this.declared.unnamed();
        return (others.getIfUnique() instanceof ReactiveRedisConnectionFactory unique) ? unique : null;
    }

    private Set<String> names() {
        Set<String> names = new LinkedHashSet<>(this.reactive.names());
        names.addAll(this.declared.names());
        return names;
    }

    private ExternalStorageConfigurationException several(StorageDriverProperty property) {
        return new ExternalStorageConfigurationException(
                "There are several ReactiveRedisConnectionFactory beans, but " + property + " is not set.",
                "Set " + property + " to one of: " + String.join(", ", names())
                        + ". Or declare one of these beans @Primary, or those that serve only drivers that name them "
                        + "@Bean(defaultCandidate = false).");
    }

    private ExternalStorageConfigurationException none(StorageDriverProperty property) {
        if (names().isEmpty()) {
            return new ExternalStorageConfigurationException(
                    property.driver()
                            + " requires a connection to Redis, but there is no ReactiveRedisConnectionFactory bean.",
                    "Add the dependency org.springframework.boot:spring-boot-starter-data-redis and set "
                            + "spring.data.redis.host, or declare a LettuceConnectionFactory bean.");
        }
        List<String> reactive = names().stream()
            .filter((name) -> this.reactive.beans().getBean(name) instanceof ReactiveRedisConnectionFactory)
            .toList();
        return reactive.isEmpty() ? blocking(property, String.join(", ", names())) : property.missing("Set " + property
                + " to one of: " + String.join(", ", reactive) + ". These beans serve only drivers that name them.");
    }

    private static ExternalStorageConfigurationException blocking(StorageDriverProperty property, String names) {
        return new ExternalStorageConfigurationException(
                property.driver() + " requires a ReactiveRedisConnectionFactory bean, which " + names + " is not.",
                "Add the dependency io.lettuce:lettuce-core and set spring.data.redis.client-type to lettuce, or "
                        + "declare a LettuceConnectionFactory bean and name it in " + property + ".");
    }

}
