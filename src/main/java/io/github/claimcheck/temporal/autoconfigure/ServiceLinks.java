package io.github.claimcheck.temporal.autoconfigure;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The environment variables that Kubernetes sets for a service whose name begins with
 * {@code temporal-external-storage}. They look like properties.
 */
final class ServiceLinks {

    private static final String DRIVERS = "TEMPORAL_EXTERNALSTORAGE_DRIVERS_";

    private static final Pattern SERVICE = Pattern.compile("TEMPORAL_EXTERNAL_?STORAGE[A-Z0-9_]*_");

    private static final Pattern HOST = Pattern.compile(".+_(SERVICE_HOST|PORT_\\d+_(TCP|UDP|SCTP)_ADDR)");

    private static final Pattern PORT = Pattern
        .compile(".+_(SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\\d+_(TCP|UDP|SCTP)_PORT)");

    private static final Pattern URL = Pattern.compile(".+_PORT(_\\d+_(TCP|UDP|SCTP))?");

    private static final Pattern PROTOCOL = Pattern.compile(".+_PORT_\\d+_(TCP|UDP|SCTP)_PROTO");

    private final Set<ConfigurationPropertyName> names = new HashSet<>();

    private ServiceLinks() {
    }

    static ServiceLinks in(Environment environment) {
        ServiceLinks links = new ServiceLinks();
        if (environment instanceof ConfigurableEnvironment configurable) {
            for (PropertySource<?> source : configurable.getPropertySources()) {
                if (isSystemEnvironment(source) && source instanceof SystemEnvironmentPropertySource variables) {
                    for (String variable : variables.getPropertyNames()) {
                        String name = withoutPrefix(source, variable);
                        if (name != null && isServiceLink(name, variables.getProperty(variable))) {
                            links.names.add(ConfigurationPropertyName.adapt(name, '_'));
                        }
                    }
                }
            }
        }
        return links;
    }

    /** Returns whether Spring Boot takes the names in a source for variables. */
    static boolean isSystemEnvironment(PropertySource<?> source) {
        String name = source.getName();
        return source instanceof SystemEnvironmentPropertySource
                && (name.equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)
                        || name.endsWith("-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME));
    }

    /**
     * Returns the name of a variable without the application's prefix for variables.
     * @param source the variables
     * @param variable the name of one
     * @return the rest of the name; null if it lacks the prefix
     * @see org.springframework.boot.SpringApplication#setEnvironmentPrefix
     */
    static @Nullable String withoutPrefix(PropertySource<?> source, String variable) {
        if (!isSystemEnvironment(source)) {
            return variable;
        }
        // The type that declares it differs between versions of Spring Boot.
        BeanWrapper wrapper = new BeanWrapperImpl(source);
        Object prefix = wrapper.isReadableProperty("prefix") ? wrapper.getPropertyValue("prefix") : null;
        if (prefix == null || prefix.toString().isEmpty()) {
            return variable;
        }
        for (String separator : new String[] { "", "_" }) {
            String start = prefix.toString().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", separator) + "_";
            if (variable.toUpperCase(Locale.ROOT).startsWith(start)) {
                return variable.substring(start.length());
            }
        }
        return null;
    }

    static boolean isServiceLink(String variable, @Nullable Object value) {
        // There may be thousands of variables.
        if (!variable.startsWith("TEMPORAL_EXTERNAL") || variable.startsWith(DRIVERS)) {
            return false;
        }
        String text = String.valueOf(value);
        return SERVICE.matcher(variable).lookingAt()
                && ((HOST.matcher(variable).matches() && text.matches("[0-9a-fA-F.:]+|None"))
                        || (PORT.matcher(variable).matches() && text.matches("\\d+"))
                        || (URL.matcher(variable).matches() && text.matches("(tcp|udp|sctp)://.*"))
                        || (PROTOCOL.matcher(variable).matches() && text.matches("tcp|udp|sctp")));
    }

    boolean contains(ConfigurationPropertyName name) {
        return this.names.contains(name);
    }

}
