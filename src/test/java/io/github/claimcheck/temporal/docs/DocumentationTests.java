package io.github.claimcheck.temporal.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The README and the reference pages are short, their links lead somewhere, and what they
 * name exists.
 */
class DocumentationTests {

    private static final Path README = Path.of("README.md");

    private static final Path PAGES = Path.of("src/docs");

    /** As pip, npm and Go name a version. */
    private static final Pattern INSTALLED = Pattern
        .compile("([a-z0-9-]+)(?:\\[[a-z0-9,]+])?(?:==|@v?|<)([0-9.]*[0-9])");

    private static final int README_WORDS = 1800;

    private static final int PAGE_WORDS = 2400;

    private static final int INDEX_LINES = 30;

    private static final String PREFIX = "temporal.external-storage.";

    /**
     * The types of drivers in YAML that are not the starter's, but those of
     * {@code src/it/third-party}.
     */
    private static final Set<String> OTHER_TYPES = Set.of("map");

    /** Where the types of others are that the pages name without a package. */
    private static final List<String> OTHER_PACKAGES = List.of("io.temporal.payload.storage", "io.temporal.client",
            "io.temporal.serviceclient", "io.temporal.common.converter", "io.temporal.payload.codec",
            "io.temporal.testing", "software.amazon.awssdk.services.s3", "software.amazon.awssdk.auth.credentials",
            "software.amazon.awssdk.regions.providers", "com.azure.identity", "com.azure.storage.blob",
            "com.google.cloud.storage", "org.springframework.data.redis.connection",
            "org.springframework.data.redis.connection.lettuce", "org.springframework.core.env",
            "org.springframework.beans.factory", "org.springframework.boot.actuate.endpoint",
            "io.micrometer.core.instrument", "io.micrometer.observation", "io.micrometer.tracing");

    private static final Pattern FENCED = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");

    private static final Pattern CODE = Pattern.compile("(?s)(?<!`)(`{1,2})(?!`)(.+?)(?<!`)\\1(?!`)");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

    private static final Pattern JAVA_TYPE = Pattern.compile("[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*");

    private static final Pattern OWN_NAME = Pattern.compile("io\\.github\\.claimcheck\\.[\\w.]+");

    private static final Pattern OWN_PATH = Pattern.compile("(src|sample-app|config-metadata|\\.github)/[\\w./-]*");

    static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(PAGES)) {
            Stream<Path> pages = files.filter((file) -> file.toString().endsWith(".md")).sorted();
            return Stream.concat(Stream.of(README, Path.of("src/it/README.md")), pages).toList();
        }
    }

    @Test
    void theReadmeIsReadInTenMinutes() {
        assertThat(words(README)).isLessThanOrEqualTo(README_WORDS);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void noPageIsLong(Path page) {
        assertThat(words(page)).isLessThanOrEqualTo(PAGE_WORDS);
    }

    /** What the tests want is named where somebody looks for it, in one version. */
    @ParameterizedTest
    @ValueSource(strings = { ".github/workflows/build.yml", "src/docs/building.md",
            "src/test/java/io/github/claimcheck/temporal/testing/OtherS3Server.java",
            "src/test/java/io/github/claimcheck/temporal/testing/AzuriteServerTest.java",
            "src/test/java/io/github/claimcheck/temporal/testing/GcsServer.java" })
    void serversOfTheTestsHaveTheVersionsOfTheBuild(Path file) throws IOException {
        Map<String, String> versions = installed(Path.of(".ci/run"));
        Map<String, String> named = installed(file);

        named.keySet().retainAll(versions.keySet());
        assertThat(named).isNotEmpty().allSatisfy((tool, version) -> assertThat(versions).containsEntry(tool, version));
        assertThat(Files.readString(README)).contains("versitygw " + versions.get("versitygw"),
                "LocalStack " + versions.get("localstack-core"), "moto " + versions.get("moto"),
                "fake-gcs-server " + versions.get("fake-gcs-server"), "Azurite " + versions.get("azurite"));
    }

    /** Returns the versions of what a script or a page installs. */
    private static Map<String, String> installed(Path file) throws IOException {
        Map<String, String> versions = new TreeMap<>();
        Matcher matcher = INSTALLED.matcher(Files.readString(file));
        while (matcher.find()) {
            versions.put(matcher.group(1), matcher.group(2));
        }
        return versions;
    }

    @Test
    void theIndexIsShortAndHasEveryPage() throws IOException {
        Path index = PAGES.resolve("README.md");
        assertThat(Files.readAllLines(index)).hasSizeLessThanOrEqualTo(INDEX_LINES);
        for (Path start : List.of(index, README)) {
            Set<Path> linked = links(start).map((link) -> resolve(start, link.replaceFirst("#.*", "")))
                .collect(Collectors.toSet());
            assertThat(pages()).filteredOn((page) -> page.startsWith(PAGES) && !page.equals(index))
                .isNotEmpty()
                .allSatisfy((page) -> assertThat(linked).as(start.toString()).contains(page.toAbsolutePath()));
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkWithinTheProjectLeadsSomewhere(Path page) {
        links(page).filter((link) -> !link.matches("[a-z]+:.*")).forEach((link) -> {
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty() ? page : resolve(page, parts[0]);
            assertThat(target).as(link).exists();
            if (parts.length == 2) {
                assertThat(anchors(target)).as(link).contains(parts[1]);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyTypeThatIsNamedExists(Path page) throws IOException {
        Set<String> own = ownTypes();
        assertThat(codeSpans(page)).filteredOn(matches(JAVA_TYPE))
            .allMatch((type) -> own.contains(type)
                    || OTHER_PACKAGES.stream().anyMatch((candidate) -> isClass(candidate + "." + type)));
        assertThat(codeSpans(page)).filteredOn(matches(OWN_NAME)).allMatch(DocumentationTests::isInSources);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyFileThatIsNamedExists(Path page) {
        assertThat(codeSpans(page)).filteredOn(matches(OWN_PATH)).allMatch((path) -> Files.exists(Path.of(path)));
    }

    @Test
    void everyTypeOfBeanThatTheReadmeLetsReplaceExists() {
        List<List<String>> beans = table(README, "declare a bean of type");
        assertThat(beans).isNotEmpty()
            .extracting((row) -> row.get(2) + "." + row.get(1))
            .allMatch((name) -> OWN_NAME.matcher(name).matches() ? isInSources(name) : isClass(name));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyPropertyThatIsNamedExists(Path page) {
        Set<String> properties = properties();
        Set<String> variables = properties.stream()
            .map((name) -> (PREFIX + name).replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT))
            .collect(Collectors.toSet());
        for (String code : codeSpans(page)) {
            String name = code.startsWith(PREFIX) ? code.substring(PREFIX.length()) : code;
            if (name.startsWith("drivers.") && name.contains(": ")) {
                checkConfiguration(map(new Yaml().load(name)));
            }
            else if (name.startsWith("drivers.") || code.startsWith(PREFIX) && !name.isEmpty()) {
                assertThat(properties).as(code)
                    .anyMatch((property) -> property.equals(name) || property.startsWith(name + "."));
            }
            else if (code.startsWith("TEMPORAL_EXTERNALSTORAGE_")) {
                assertThat(variables).contains(code);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyPropertyAndDriverInYamlExists(Path page) {
        FENCED.matcher(text(page)).results().filter((block) -> block.group(1).equals("yaml")).forEach((block) -> {
            Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
            for (Object document : yaml.loadAll(block.group(2))) {
                checkConfiguration(map(map(map(document).get("temporal")).get("external-storage")));
            }
        });
    }

    /** Checks what is under {@code temporal.external-storage}. */
    private static void checkConfiguration(Map<String, Object> configuration) {
        Map<String, Object> flat = flatten(configuration);
        Set<String> ids = flat.keySet()
            .stream()
            .filter((key) -> key.startsWith("drivers."))
            .map((key) -> key.split("\\.")[1])
            .collect(Collectors.toSet());
        flat.forEach((key, value) -> {
            String[] parts = key.split("\\.", 3);
            if (parts[0].equals("drivers")) {
                checkDriverProperty(parts[2],
                        String.valueOf(flat.getOrDefault("drivers." + parts[1] + ".type", parts[1])));
            }
            else {
                assertThat(properties()).contains(key);
            }
            if (key.equals("default-driver")) {
                assertThat(ids).contains(String.valueOf(value));
            }
            if (key.endsWith(".drivers")) {
                assertThat((List<?>) value).allMatch((id) -> ids.contains(String.valueOf(id)));
            }
            if (key.equals("routes")) {
                ((List<?>) value).forEach((route) -> checkRoute(map(route), ids));
            }
        });
    }

    private static void checkDriverProperty(String property, String type) {
        Set<String> properties = properties();
        boolean known = properties.stream().anyMatch((name) -> name.startsWith("drivers." + type + "."));
        if (known) {
            assertThat(properties).contains("drivers." + type + "." + property);
        }
        else {
            assertThat(OTHER_TYPES).contains(type);
        }
    }

    private static void checkRoute(Map<String, Object> route, Set<String> ids) {
        Set<String> known = table(PAGES.resolve("routing-and-composites.md"), "in a route").stream()
            .flatMap((row) -> Stream.of(row.get(0).split(", ")))
            .collect(Collectors.toSet());
        assertThat(known).containsAll(route.keySet());
        if (route.containsKey("driver")) {
            assertThat(ids).contains(String.valueOf(route.get("driver")));
        }
    }

    /**
     * Returns the properties that {@code ConfigurationMetadataTests} holds together with
     * the code.
     */
    private static Set<String> properties() {
        Set<String> properties = table(PAGES.resolve("configuration.md"), "property").stream()
            .map((row) -> row.get(0))
            .collect(Collectors.toSet());
        assertThat(properties).contains("threshold", "drivers.s3.bucket");
        return properties;
    }

    /**
     * Returns the rows of all tables with a column of that heading, without backticks.
     */
    private static List<List<String>> table(Path page, String heading) {
        List<List<String>> rows = new ArrayList<>();
        boolean inside = false;
        for (String line : text(page).split("\n")) {
            if (!line.startsWith("|")) {
                inside = false;
            }
            else if (inside && !line.startsWith("| ---")) {
                rows.add(cells(line));
            }
            else if (cells(line).contains(heading)) {
                inside = true;
            }
        }
        return rows;
    }

    private static List<String> cells(String line) {
        return Stream.of(line.replace("`", "").split("\\|")).skip(1).map(String::strip).toList();
    }

    private static Map<String, Object> flatten(Map<String, Object> nested) {
        Map<String, Object> flat = new LinkedHashMap<>();
        nested.forEach((key, value) -> {
            if (value instanceof Map<?, ?>) {
                flatten(map(value)).forEach((name, leaf) -> flat.put(key + "." + name, leaf));
            }
            else {
                flat.put(key, value);
            }
        });
        return flat;
    }

    private static Map<String, Object> map(Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> entries) {
            entries.forEach((key, entry) -> map.put(String.valueOf(key), entry));
        }
        return map;
    }

    private static Set<String> ownTypes() throws IOException {
        Set<String> types = new HashSet<>();
        for (Path root : List.of(Path.of("src"), Path.of("sample-app/src"))) {
            try (Stream<Path> files = Files.walk(root)) {
                files.map((file) -> file.getFileName().toString())
                    .filter((name) -> name.endsWith(".java"))
                    .forEach((name) -> types.add(name.replaceFirst("\\.java$", "")));
            }
        }
        return types;
    }

    /** Whether a type or a package is in the starter's sources. */
    private static boolean isInSources(String name) {
        String path = name.replace('.', '/');
        return Stream.of("src/main/java/", "src/test/java/")
            .anyMatch((root) -> Files.isRegularFile(Path.of(root + path + ".java"))
                    || Files.isDirectory(Path.of(root + path)));
    }

    private static boolean isClass(String name) {
        return DocumentationTests.class.getClassLoader().getResource(name.replace('.', '/') + ".class") != null;
    }

    private static Predicate<String> matches(Pattern pattern) {
        return (text) -> pattern.matcher(text).matches();
    }

    private static List<String> codeSpans(Path page) {
        return CODE.matcher(prose(page))
            .results()
            .map((code) -> code.group(2).replaceAll("\\s+", " ").strip())
            .toList();
    }

    private static Stream<String> links(Path page) {
        return LINK.matcher(prose(page)).results().map((link) -> link.group(1));
    }

    /** Returns the anchors that GitHub gives the headings. */
    private static Set<String> anchors(Path page) {
        Map<String, Integer> times = new HashMap<>();
        Stream<MatchResult> headings = HEADING.matcher(prose(page)).results();
        return headings.map((heading) -> {
            String anchor = heading.group(1)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
            int before = times.merge(anchor, 1, Integer::sum) - 1;
            return (before == 0) ? anchor : anchor + "-" + before;
        }).collect(Collectors.toSet());
    }

    private static Path resolve(Path page, String link) {
        return page.toAbsolutePath().getParent().resolve(link).normalize();
    }

    private static String prose(Path page) {
        return FENCED.matcher(text(page)).replaceAll("");
    }

    private static int words(Path page) {
        return text(page).strip().split("\\s+").length;
    }

    private static String text(Path page) {
        try {
            return Files.readString(page);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
