package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.claimcheck.temporal.spi.StorageDriverFactory;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import java.beans.PropertyDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * Tests that the packaged metadata, the bound properties and the configuration page
 * agree.
 */
class ConfigurationMetadataTests {

    private static final String PREFIX = ExternalStorageProperties.PREFIX;

    /**
     * What binds under each prefix: the starter's own properties, and those of each type
     * of drivers.
     */
    private static final Map<String, Object> BOUND = bound();

    private static Map<String, Object> bound() {
        Map<String, Object> bound = new HashMap<>();
        bound.put(PREFIX, new ExternalStorageProperties());
        bound.put("management.endpoint.externalstorage", new ExternalStorageEndpointProperties());
        new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .run((context) -> context.getBeansOfType(StorageDriverFactory.class)
                .values()
                .forEach((factory) -> bound.put(StorageDriverId.of(factory.getType()).prefix(),
                        factory.newProperties())));
        return bound;
    }

    /** One property that binds. */
    private record Property(PropertyDescriptor descriptor, Object defaultValue) {
    }

    private static Map<String, Property> bindable() {
        Map<String, Property> properties = new TreeMap<>();
        BOUND.forEach((prefix, instance) -> collect(prefix, instance, properties));
        return properties;
    }

    private static void collect(String prefix, Object instance, Map<String, Property> properties) {
        for (PropertyDescriptor descriptor : BeanUtils.getPropertyDescriptors(instance.getClass())) {
            if (descriptor.getName().equals("class")) {
                continue;
            }
            String name = prefix + "." + DataObjectPropertyName.toDashedForm(descriptor.getName());
            Object value = value(descriptor, instance);
            if (descriptor.getWriteMethod() != null) {
                properties.put(name, new Property(descriptor, value));
            }
            else {
                collect(name, value, properties);
            }
        }
    }

    private static Object value(PropertyDescriptor descriptor, Object instance) {
        try {
            descriptor.getReadMethod().setAccessible(true);
            return descriptor.getReadMethod().invoke(instance);
        }
        catch (ReflectiveOperationException ex) {
            throw new AssertionError(ex);
        }
    }

    /** Returns the properties as an IDE sees them. */
    private static Map<String, JsonNode> documented() throws IOException {
        Map<String, JsonNode> properties = new TreeMap<>();
        metadata().get("properties").forEach((property) -> properties.put(property.get("name").asText(), property));
        return properties;
    }

    /** The processor's file, which holds what the additional one says, too. */
    private static JsonNode metadata() throws IOException {
        return read("target/classes/META-INF/spring-configuration-metadata.json");
    }

    private static JsonNode read(String file) throws IOException {
        try (InputStream json = Files.newInputStream(Path.of(file))) {
            return new ObjectMapper().readTree(json);
        }
    }

    /** What Spring Boot reads of an endpoint, and a condition of the starter. */
    private static final Set<String> NOT_BOUND = Set.of("management.endpoint.externalstorage.access",
            "management.health.external-storage.enabled");

    @Test
    void describesExactlyThePropertiesThatBind() throws IOException {
        Set<String> expected = new TreeSet<>(bindable().keySet());
        expected.addAll(NOT_BOUND);
        assertThat(documented().keySet()).isEqualTo(expected);
    }

    @Test
    void describesEveryPropertyBriefly() throws IOException {
        documented().forEach((name, property) -> assertThat(property.path("description").asText()).as(name)
            .isNotBlank()
            .hasSizeLessThan(160)
            .endsWith("."));
    }

    @Test
    void statesActualDefaults() throws IOException {
        Map<String, JsonNode> documented = documented();
        bindable().forEach((name, property) -> {
            JsonNode defaultValue = documented.get(name).get("defaultValue");
            Class<?> type = property.descriptor().getPropertyType();
            Object expected = (type == Map.class || Collection.class.isAssignableFrom(type)) ? null
                    : property.defaultValue();
            Object actual = (defaultValue != null)
                    ? ApplicationConversionService.getSharedInstance().convert(defaultValue.asText(), type) : null;
            assertThat(actual).as(name).isEqualTo(expected);
        });
    }

    @Test
    void hintsOnlyAtExistingProperties() throws IOException {
        Set<String> known = bindable().keySet();
        List<String> hinted = StreamSupport.stream(metadata().path("hints").spliterator(), false)
            .map((hint) -> hint.get("name").asText().replaceFirst("\\.keys$", ""))
            .toList();
        assertThat(hinted).contains(PREFIX + ".drivers", PREFIX + ".default-driver").allMatch(known::contains);
    }

    @Test
    void configurationPageListsEveryPropertyWithItsDefault() throws IOException {
        Map<String, String> rows = new HashMap<>();
        for (String line : Files.readAllLines(Path.of("src/docs/configuration.md"))) {
            String[] cells = line.split("\\|");
            if (line.startsWith("| `") && cells.length == 4) {
                rows.put(cells[1].strip().replace("`", ""), cells[2].strip().replace("`", ""));
            }
        }
        documented().forEach((name, property) -> {
            String key = key(name);
            assertThat(rows).as("src/docs/configuration.md").containsKey(key);
            if (property.has("defaultValue")) {
                assertThat(rows.get(key)).as(key).isEqualTo(property.get("defaultValue").asText());
            }
        });
        Set<String> known = documented().keySet()
            .stream()
            .map(ConfigurationMetadataTests::key)
            .collect(Collectors.toSet());
        assertThat(known).containsAll(rows.keySet());
    }

    private static String key(String property) {
        return property.startsWith(PREFIX) ? property.substring(PREFIX.length() + 1) : property;
    }

}
