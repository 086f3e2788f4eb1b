package io.github.claimcheck.temporal.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorageDriverPropertyTests {

    private static final String PREFIX = "temporal.external-storage.drivers.shelf.";

    private static StorageDriverProperty property(String name) {
        return StorageDriverId.of("shelf").property(name);
    }

    private static void assertRefused(ThrowingCallable call, String description, String action) {
        assertThatExceptionOfType(ExternalStorageConfigurationException.class).isThrownBy(call).satisfies((failure) -> {
            assertThat(failure).hasMessageContaining(description);
            assertThat(failure.getAction()).contains(action);
        });
    }

    @Test
    void hasAFullNameAndSiblings() {
        assertThat(property("max-size")).hasToString(PREFIX + "max-size");
        assertThat(property("max-size").sibling("bucket")).isEqualTo(property("bucket"));
    }

    @Test
    void reportsAMissingValue() {
        assertThat(property("bucket").missing("Set it.")).hasMessage(PREFIX + "bucket is not set.")
            .extracting(ExternalStorageConfigurationException::getAction)
            .isEqualTo("Set it.");
    }

    @Test
    void quotesAnInvalidValue() {
        Exception cause = new IllegalArgumentException("why");

        assertThat(property("bucket").invalid("a b", "is not a bucket name", "Set it.", cause))
            .hasMessage(PREFIX + "bucket is a b, which is not a bucket name.")
            .hasCause(cause);
    }

    @ParameterizedTest
    @ValueSource(strings = { "password", "credentials.token", "account-key" })
    void quotesNoSecret(String name) {
        assertThat(property(name).invalid("hunter2", "is too short", "Set it."))
            .hasMessage(PREFIX + name + " has a value that is too short.");
    }

    @Test
    void quotesNoUserInfo() {
        assertThat(property("endpoint").invalid(URI.create("ftp://user:hunter2@host"), "is not for HTTP", "Set it."))
            .hasMessage(PREFIX + "endpoint is ftp://***@host, which is not for HTTP.");
    }

    @Test
    void acceptsAValueThatIsThere() {
        assertThat(property("bucket").require("payloads", "Set it.")).isEqualTo("payloads");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = { "", " ", "\t" })
    void refusesAMissingValue(String value) {
        assertRefused(() -> property("bucket").require(value, "Set it."), "bucket is not set", "Set it.");
    }

    @Test
    void acceptsAMillisecond() {
        assertThat(property("timeout").requirePositive(Duration.ofMillis(1), "3s")).isEqualTo(Duration.ofMillis(1));
    }

    @ParameterizedTest
    @CsvSource({ "PT0S, 0ms", "PT-1S, -1000ms", "PT0.000999S, 0ms" })
    void refusesNoTime(Duration timeout, String quoted) {
        assertRefused(() -> property("timeout").requirePositive(timeout, "3s"), "timeout is " + quoted + ", which",
                "Set " + PREFIX + "timeout to a duration such as 3s");
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://localhost:9000", "https://store.example.com/path" })
    void acceptsAnHttpUrl(URI url) {
        assertThat(property("endpoint").requireHttpUrl(url, "it", "http://host")).isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(strings = { "localhost:9000", "ftp://host", "/path", "http:///path", "store.example.com" })
    void refusesAnInvalidUrl(URI url) {
        assertRefused(() -> property("endpoint").requireHttpUrl(url, "it", "http://host"),
                "endpoint is " + url + ", which is not a valid URL", "such as http://host");
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://user:hunter2@host", "http://user:hunt/hunter2@host", "http://user:hunter2@",
            "http://hunter2@under_score" })
    void refusesCredentialsInAUrlWithoutQuotingThem(URI url) {
        assertThatExceptionOfType(ExternalStorageConfigurationException.class)
            .isThrownBy(() -> property("endpoint").requireHttpUrl(url, PREFIX + "password", "http://host"))
            .satisfies((failure) -> assertThat(failure.getMessage() + failure.getAction()).doesNotContain("hunt"));
    }

    @Test
    void saysWhereCredentialsBelong() {
        assertRefused(
                () -> property("endpoint").requireHttpUrl(URI.create("http://user@host"), PREFIX + "password", "x"),
                "endpoint contains credentials", "set " + PREFIX + "password instead");
    }

    @ParameterizedTest
    @CsvSource({ "'', ''", "team, team/", "team/, team/", "team/payloads, team/payloads/", "a.b/..c, a.b/..c/" })
    void endsAKeyPrefixWithASlash(String prefix, String completed) {
        assertThat(property("key-prefix").requireKeyPrefix(prefix)).isEqualTo(completed);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/", "/team", "team//payloads", "team//", ".", "..", "team/../other", "./team", "team/." })
    void refusesAKeyPrefixWithEmptySegmentsOrDots(String prefix) {
        assertRefused(() -> property("key-prefix").requireKeyPrefix(prefix), "key-prefix is " + prefix + ", which",
                "such as team/payloads");
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://my_minio:9000", "https://minio_1.svc/path", "https://_dmarc.example.com" })
    void saysThatAHostNameHasAnUnderscore(String url) {
        assertRefused(() -> property("endpoint").requireHttpUrl(URI.create(url), "the key", "http://localhost"),
                PREFIX + "endpoint has an underscore in its host name, " + URI.create(url).getRawAuthority(),
                "Give the host a name without underscores");
    }

    @ParameterizedTest
    @ValueSource(strings = { "minio:9000", "http:///my_path", "//minio/my_path", "minio.svc/my_path" })
    void saysThatAUrlIsNotOneEvenIfItHasAnUnderscore(String url) {
        assertRefused(() -> property("endpoint").requireHttpUrl(URI.create(url), "the key", "http://localhost"),
                "is not a valid URL", "to a URL such as http://localhost.");
    }

}
