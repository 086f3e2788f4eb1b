package io.github.claimcheck.temporal.store.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import com.azure.storage.blob.BlobServiceAsyncClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import io.github.claimcheck.temporal.testing.AzuriteServer;
import io.github.claimcheck.temporal.testing.AzuriteServerTest;
import io.github.claimcheck.temporal.testing.FailureReport;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.payload.storage.StorageDriver;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class AzureStorageDriverAutoConfigurationTests {

    private static final String PREFIX = "temporal.external-storage.drivers.azure.";

    private static final String CONTAINER = PREFIX + "container=payloads";

    private static final String ENDPOINT = PREFIX + "endpoint=https://account.blob.core.windows.net";

    private static final String CONNECTION_STRING = PREFIX + "connection-string="
            + AzuriteServer.connectionString(URI.create("http://127.0.0.1:1"));

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all());

    @Test
    void threeLinesAreEnough() {
        this.runner.withPropertyValues(CONTAINER, ENDPOINT)
            .run((context) -> assertThat(context).hasNotFailed().hasBean("azureStorageDriver"));
        this.runner.withPropertyValues(CONTAINER, CONNECTION_STRING)
            .run((context) -> assertThat(context).hasNotFailed().hasBean("azureStorageDriver"));
    }

    @Test
    void aSharedAccessSignatureInAConnectionStringIsAccepted() {
        this.runner
            .withPropertyValues(CONTAINER,
                    PREFIX + "connection-string=BlobEndpoint="
                            + "https://account.blob.core.windows.net;SharedAccessSignature=sv=1&sig=hunter2")
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void withoutIdentityAConnectionStringOrAClientIsNeeded() {
        FilteredClassLoader without = new FilteredClassLoader("com.azure.identity");
        this.runner.withClassLoader(without)
            .withPropertyValues(CONTAINER, CONNECTION_STRING)
            .run((context) -> assertThat(context).hasNotFailed());
        this.runner.withClassLoader(without)
            .withPropertyValues(CONTAINER)
            .withBean(BlobServiceAsyncClient.class, () -> mock(BlobServiceAsyncClient.class))
            .run((context) -> assertThat(context).hasNotFailed());
        assertThat(failure((runner) -> runner.withClassLoader(without), CONTAINER, ENDPOINT).getAction())
            .contains("Add the dependency com.azure:azure-identity")
            .contains("set " + PREFIX + "connection-string");
    }

    @Test
    void withoutTheLibraryTheDependencyIsNamed() {
        FilteredClassLoader without = new FilteredClassLoader("com.azure", "reactor");
        assertThat(failure((runner) -> runner.withClassLoader(without), CONTAINER, ENDPOINT).getAction())
            .isEqualTo("Add the dependency com.azure:azure-storage-blob.");
        assertThat(failure((runner) -> runner.withClassLoader(without),
                "temporal.external-storage.drivers.archive.type=azure")
            .getAction()).contains("com.azure:azure-storage-blob");
    }

    @Test
    void withoutTheLibraryOtherDriversWork() {
        this.runner.withClassLoader(new FilteredClassLoader("com.azure", "reactor"))
            .withPropertyValues("temporal.external-storage.drivers.local-disk.directory=target/payloads")
            .run((context) -> assertThat(context).hasNotFailed().hasBean("localDiskStorageDriver"));
    }

    @Test
    void noContainer() {
        FailureAnalysis analysis = failure(UnaryOperator.identity(), ENDPOINT);
        assertThat(analysis.getDescription()).contains("drivers.azure.container is not set");
        assertThat(analysis.getAction()).contains("Set " + PREFIX + "container");
    }

    @ParameterizedTest
    @ValueSource(strings = { "Payloads", "ab", "pay--loads", "-payloads", "payloads-", "payloads/team", "$root",
            "https://account.blob.core.windows.net/payloads",
            "a123456789012345678901234567890123456789012345678901234567890123" })
    void aContainerThatIsNone(String container) {
        FailureAnalysis analysis = failure(UnaryOperator.identity(), PREFIX + "container=" + container, ENDPOINT);
        assertThat(analysis.getDescription()).contains(container);
        assertThat(analysis.getAction()).contains("Set " + PREFIX + "container", PREFIX + "endpoint",
                PREFIX + "key-prefix");
    }

    @Test
    void neitherEndpointNorConnectionStringOrBoth() {
        assertThat(failure(UnaryOperator.identity(), CONTAINER).getAction()).contains("Set " + PREFIX + "endpoint",
                PREFIX + "connection-string");
        FailureAnalysis both = failure(UnaryOperator.identity(), CONTAINER, ENDPOINT, CONNECTION_STRING);
        assertThat(both.getDescription()).contains("endpoint and " + PREFIX + "connection-string are both set");
        assertThat(both.getAction()).contains("Do not set both");
    }

    @ParameterizedTest
    @ValueSource(strings = { "account.blob.core.windows.net", "http://127.0.0.1:10000/devstoreaccount1", "ftp://host",
            "AccountName=account;AccountKey=hunter2==", "https://account.blob.core.windows.net?sv=1&sig=hunter2",
            "https://user:hunter2@account.blob.core.windows.net" })
    void anEndpointThatIsNone(String endpoint) {
        FailureAnalysis analysis = failure(UnaryOperator.identity(), CONTAINER, PREFIX + "endpoint=" + endpoint);
        assertThat(analysis.getDescription()).contains(PREFIX + "endpoint").doesNotContain("hunter2");
        assertThat(analysis.getAction()).contains(PREFIX + "endpoint", PREFIX + "connection-string")
            .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = { "hunter2", "AccountName=account", "AccountName=account;AccountKey=hunter2;BlobEndpoint=:",
            "AccountName=account;AccountKey=not base64, hunter2;EndpointSuffix=core.windows.net", ";;=hunter2",
            "DefaultEndpointsProtocol=hunter2;AccountName=account;AccountKey=aGk=;EndpointSuffix=core.windows.net",
            "SharedAccessSignature=hunter2" })
    void aConnectionStringThatIsNone(String connectionString, CapturedOutput output) {
        FailureAnalysis analysis = failure(UnaryOperator.identity(), CONTAINER,
                PREFIX + "connection-string=" + connectionString);
        assertThat(analysis.getDescription()).contains(PREFIX + "connection-string").doesNotContain("hunter2");
        assertThat(analysis.getAction()).contains(PREFIX + "connection-string").doesNotContain("hunter2");
        assertThat(output.getAll()).doesNotContain("hunter2");
    }

    @Test
    void aConnectionStringWithAPlaceholderIsNotPrinted() {
        FailureAnalysis analysis = failure(UnaryOperator.identity(), CONTAINER,
                PREFIX + "connection-string=hunter2${NO_SUCH_VARIABLE}");
        assertThat(analysis.getDescription()).contains("placeholder").doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource({ "api-call-timeout, 0s, 60s", "api-call-timeout, -1s, 60s", "api-call-attempt-timeout, 999ms, 20s",
            "api-call-attempt-timeout, -5s, 20s" })
    void noTime(String property, String value, String suggestion) {
        assertThat(failure(UnaryOperator.identity(), CONTAINER, ENDPOINT, PREFIX + property + "=" + value).getAction())
            .contains("Set " + PREFIX + property + " to a duration such as " + suggestion);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/team", "team//payloads", "../team", "team/..", "/" })
    void aKeyPrefixWithEmptySegmentsOrDots(String keyPrefix) {
        assertThat(
                failure(UnaryOperator.identity(), CONTAINER, ENDPOINT, PREFIX + "key-prefix=" + keyPrefix).getAction())
            .contains("Set " + PREFIX + "key-prefix");
    }

    @Test
    void twoClientsAndNoPrimaryOne() {
        this.runner.withPropertyValues(CONTAINER)
            .withBean("one", BlobServiceAsyncClient.class, () -> mock(BlobServiceAsyncClient.class))
            .withBean("two", BlobServiceAsyncClient.class, () -> mock(BlobServiceAsyncClient.class))
            .run((context) -> assertThat(context).hasFailed()
                .getFailure()
                .rootCause()
                .hasMessageContaining("expected single matching bean but found 2: one,two"));
    }

    @Nested
    @AzuriteServerTest
    class WithAClientOfTheApplications {

        @Test
        void itIsUsedAndPropertiesWithoutEffectAreNamed(CapturedOutput output) {
            AzuriteServer azurite = AzuriteServer.shared();
            String container = azurite.createBucket();
            AzureStorageDriverAutoConfigurationTests.this.runner
                .withPropertyValues(PREFIX + "container=" + container, CONNECTION_STRING,
                        PREFIX + "api-call-attempt-timeout=7s", PREFIX + "api-call-timeout=8s")
                .withBean(BlobServiceAsyncClient.class,
                        () -> new BlobServiceClientBuilder().connectionString(azurite.getConnectionString())
                            .buildAsyncClient())
                .run((context) -> {
                    context.getBean(StorageDriver.class)
                        .store(StorageContexts.store(null), List.of(Payloads.of(new byte[1])))
                        .join();
                    assertThat(azurite.keys(container)).hasSize(1);
                    assertThat(output.getOut()).contains("BlobServiceAsyncClient bean is used, so these "
                            + "properties of temporal.external-storage.drivers.azure have no effect: "
                            + "connection-string, api-call-attempt-timeout" + System.lineSeparator());
                });
        }

    }

    private FailureAnalysis failure(UnaryOperator<ApplicationContextRunner> customizer, String... properties) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        customizer.apply(this.runner)
            .withPropertyValues(properties)
            .run((context) -> failure.set(context.getStartupFailure()));
        assertThat(failure.get()).as("start-up failure").isNotNull();
        return FailureReport.of(failure.get());
    }

}
