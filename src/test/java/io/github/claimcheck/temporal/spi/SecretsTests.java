package io.github.claimcheck.temporal.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.testing.FailureReport;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.temporal.payload.storage.StorageDriver;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class SecretsTests {

    @ParameterizedTest
    @ValueSource(strings = { "password", "db-password", "dbPassword", "DB_PASSWORD", "passphrase", "api-token",
            "sas-token", "private-key", "privateKeyPem", "connection-string", "connectionString", "account-key",
            "api-key", "client-secret", "credentials.secret-access-key", "credentials.access-key-id",
            "credentials-location", "signature", "encryption.key" })
    void hidesWhatItsNameCallsASecret(String property) {
        assertThat(Secrets.isSecret(property)).isTrue();
        assertThat(Secrets.isSecret("temporal.external-storage.drivers.shelf." + property)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "key-prefix", "server-side-encryption.kms-key-id", "bucket", "endpoint", "region",
            "max-payload-size", "timeout", "keyspace", "monkeys" })
    void quotesAnUnknownName(String property) {
        assertThat(Secrets.isSecret(property)).isFalse();
        assertThat(Secrets.isSecret("temporal.external-storage.drivers.shelf." + property)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({ "http://host:80/path, http://host:80/path", "http://user:hunter2@host/path, http://***@host/path",
            "redis://:hunter2@host, redis://***@host", "http://hunter2@host, http://***@host",
            "http://user:hun/ter2@host, http://***@host", "http://user:hun?ter2@host, http://***@host",
            "http://user:hun#ter2@host, http://***@host", "http://user:hunter@2@host, http://***@host",
            "no URL, no URL", "a@b, a@b",
            "first http://a:hunter2@b then http://c:hunter2@d, first http://***@b then http://***@d" })
    void masksTheUserInfoOfUrls(String value, String masked) {
        assertThat(Secrets.withoutUserInfo(value)).isEqualTo(masked);
    }

    /** The failure report of a driver whose type somebody else brings. */
    @Nested
    class OfAThirdParty {

        private static final String SHELF = "temporal.external-storage.drivers.shelf.";

        private static String report(String... properties) {
            FailureAnalysis failure = FailureReport
                .of(new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
                    .withBean(ShelfStorageDriverFactory.class)
                    .withPropertyValues(properties));
            return failure.getDescription() + "\n" + failure.getAction();
        }

        @ParameterizedTest
        @ValueSource(strings = { "password", "api-token", "private-key", "connection-string", "credentials.password" })
        void keepsAnUnresolvedPlaceholder(String property) {
            assertThat(report(SHELF + property + "=hunter2-${UNSET}"))
                .contains(SHELF + property + " contains an unresolved placeholder")
                .doesNotContain("hunter2", "UNSET");
        }

        @ParameterizedTest
        @CsvSource({ "key-prefix, hunter2-${UNSET}, hunter2-${UNSET}",
                "endpoint, http://user:hunter2@${UNSET}, http://***@${UNSET}" })
        void showsThePlaceholderOfAnotherProperty(String property, String value, String shown) {
            assertThat(report(SHELF + property + "=" + value))
                .contains(SHELF + property + " is " + shown + ", which contains an unresolved placeholder");
        }

        @ParameterizedTest
        @ValueSource(strings = { "api-token", "credentials" })
        void keepsAValueThatCannotBeBound(String property) {
            assertThat(report(SHELF + property + "=hunter2")).contains(SHELF + property + " has an invalid value")
                .doesNotContain("hunter2");
        }

        @ParameterizedTest
        @CsvSource({ "endpoint, 1http://user:hunter2@host", "shelves, http://user:hunter2@host" })
        void keepsTheUserInfoOfAUrlThatCannotBeBound(String property, String value) {
            assertThat(report(SHELF + property + "=" + value))
                .contains(SHELF + property + " has an invalid value, '", "http://***@host'")
                .doesNotContain("hunter2");
        }

        @ParameterizedTest
        @ValueSource(strings = { "passwort", "credentials.passwort", "password.old", "anything" })
        void keepsTheValueOfAnUnknownSibling(String property) {
            assertThat(report(SHELF + "password=hunter2", SHELF + property + "=hunter2"))
                .contains(SHELF + property.replace(".old", ""))
                .doesNotContain("hunter2");
        }

        @ParameterizedTest
        @ValueSource(strings = { "password", "credentials.password" })
        void keepsAValueThatTheFactoryRefuses(String property) {
            assertThat(report(SHELF + property + "=hunter2")).contains(SHELF + property + " has a value that is weak")
                .doesNotContain("hunter2");
        }

    }

    static final class ShelfStorageDriverFactory implements StorageDriverFactory<ShelfStorageDriverProperties> {

        @Override
        public String getType() {
            return "shelf";
        }

        @Override
        public ShelfStorageDriverProperties newProperties() {
            return new ShelfStorageDriverProperties();
        }

        @Override
        public StorageDriver create(StorageDriverId id, ShelfStorageDriverProperties properties,
                DriverResources resources) {
            if (properties.getPassword() != null) {
                throw id.property("password").invalid(properties.getPassword(), "is weak", "Make it stronger.");
            }
            if (properties.getCredentials().getPassword() != null) {
                throw id.property("credentials.password")
                    .invalid(properties.getCredentials().getPassword(), "is weak", "Make it stronger.");
            }
            return new RecordingStorageDriver(properties.getName());
        }

    }

    static final class ShelfStorageDriverProperties extends StorageDriverProperties {

        private String password;

        private UUID apiToken;

        private String privateKey;

        private String connectionString;

        private String keyPrefix;

        private URI endpoint;

        private int shelves;

        private final Credentials credentials = new Credentials();

        ShelfStorageDriverProperties() {
            super("shelf");
        }

        public String getPassword() {
            return this.password;
        }

        public void setPassword(String password) {
            this.password = password;
        }

        public UUID getApiToken() {
            return this.apiToken;
        }

        public void setApiToken(UUID apiToken) {
            this.apiToken = apiToken;
        }

        public String getPrivateKey() {
            return this.privateKey;
        }

        public void setPrivateKey(String privateKey) {
            this.privateKey = privateKey;
        }

        public String getConnectionString() {
            return this.connectionString;
        }

        public void setConnectionString(String connectionString) {
            this.connectionString = connectionString;
        }

        public String getKeyPrefix() {
            return this.keyPrefix;
        }

        public void setKeyPrefix(String keyPrefix) {
            this.keyPrefix = keyPrefix;
        }

        public URI getEndpoint() {
            return this.endpoint;
        }

        public void setEndpoint(URI endpoint) {
            this.endpoint = endpoint;
        }

        public int getShelves() {
            return this.shelves;
        }

        public void setShelves(int shelves) {
            this.shelves = shelves;
        }

        public Credentials getCredentials() {
            return this.credentials;
        }

        static final class Credentials {

            private String password;

            public String getPassword() {
                return this.password;
            }

            public void setPassword(String password) {
                this.password = password;
            }

        }

    }

}
