package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.testing.FailureReport;
import io.github.claimcheck.temporal.testing.StoreTests;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;

/** The beans that an application has for its AWS clients serve a driver too. */
class S3ClientBeansTests extends StoreTests {

    private static final String DRIVER = DRIVERS + "s3.";

    private FakeAws aws;

    private ApplicationContextRunner runner;

    @BeforeEach
    void start() throws IOException {
        this.aws = new FakeAws();
        this.runner = savingNothing().withPropertyValues(DRIVER + "bucket=bucket",
                DRIVER + "endpoint=" + this.aws.endpoint(), DRIVER + "path-style-access=true");
    }

    @AfterEach
    void stop() {
        this.aws.close();
    }

    @Test
    void providersOfCredentialsAndRegion() {
        Provider bean = new Provider("BEAN");
        this.runner.withBean(AwsCredentialsProvider.class, () -> bean)
            .withBean(AwsRegionProvider.class, () -> () -> Region.of("eu-central-1"))
            .run((context) -> {
                ContentAddressedStorageDriver driver = context.getBean(ContentAddressedStorageDriver.class);
                store(driver, payload("signed"));
                driver.close();
                assertThat(bean.closed).isFalse();
            });
        assertThat(this.aws.signers()).containsExactly("BEAN@eu-central-1");
    }

    @Test
    void propertiesGoBeforeBeans() {
        run(this.runner.withBean(AwsCredentialsProvider.class, () -> new Provider("BEAN"))
            .withBean(AwsRegionProvider.class, () -> () -> Region.of("eu-central-1"))
            .withPropertyValues(DRIVER + "region=eu-west-1", DRIVER + "credentials.access-key-id=PROPERTY",
                    DRIVER + "credentials.secret-access-key=secret"),
                (driver) -> store(driver, payload("signed")));
        assertThat(this.aws.signers()).containsExactly("PROPERTY@eu-west-1");
    }

    @Test
    void customizersGoBeforeBeans() {
        run(several().withBean(AwsRegionProvider.class, () -> () -> Region.of("eu-central-1"))
            .withBean(S3AsyncClientBuilderCustomizer.class,
                    () -> (builder) -> builder.region(Region.of("eu-west-3"))
                        .credentialsProvider(new Provider("CUSTOMIZED"))),
                (driver) -> store(driver, payload("signed")));
        assertThat(this.aws.signers()).containsExactly("CUSTOMIZED@eu-west-3");
    }

    @Test
    void aRegionOfACustomizerIsEnough() {
        run(savingNothing()
            .withBean(S3AsyncClientBuilderCustomizer.class,
                    () -> (builder) -> builder.region(Region.of("eu-west-3"))
                        .forcePathStyle(true)
                        .endpointOverride(this.aws.endpoint())
                        .credentialsProvider(new Provider("CUSTOMIZED")))
            .withPropertyValues(DRIVER + "bucket=bucket"), (driver) -> {
                store(driver, payload("signed"));
                assertThat(failureOfRetrieving(driver,
                        List.of(claim("bucket", "bucket", "key", "v0/d/sha256/" + "0".repeat(64)))))
                    .hasMessageContaining("region=eu-west-3");
            });
        assertThat(this.aws.signers()).first().isEqualTo("CUSTOMIZED@eu-west-3");
    }

    @Test
    void aProfileOfACustomizer() {
        run(this.runner.withBean(S3AsyncClientBuilderCustomizer.class, S3ClientBeansTests::profile),
                (driver) -> store(driver, payload("signed")));
        assertThat(this.aws.signers()).containsExactly("PAYMENTS@eu-central-1");
    }

    @Test
    void aProfileOfACustomizerThatThereIsNot() {
        FailureAnalysis analysis = FailureReport.of(this.runner.withBean(S3AsyncClientBuilderCustomizer.class,
                () -> (builder) -> builder.region(Region.of("eu-west-3"))
                    .overrideConfiguration((configuration) -> configuration.defaultProfileName("no-such-profile"))));
        assertThat(analysis.getDescription()).contains("defaultProfileName is no-such-profile");
    }

    private static S3AsyncClientBuilderCustomizer profile() {
        Supplier<ProfileFile> profiles = () -> ProfileFile.builder()
            .type(ProfileFile.Type.CONFIGURATION)
            .content("[profile payments]\nregion = eu-central-1\naws_access_key_id = PAYMENTS\n"
                    + "aws_secret_access_key = secret\nsource_profile = no-such-profile")
            .build();
        return (builder) -> builder.overrideConfiguration(
                (configuration) -> configuration.defaultProfileFileSupplier(profiles).defaultProfileName("payments"));
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void severalProviders(CapturedOutput output) {
        run(several().withBean(S3AsyncClientBuilderCustomizer.class, S3ClientBeansTests::profile),
                (driver) -> store(driver, payload("signed")));
        assertThat(output).contains("several AwsCredentialsProvider beans (one, two)",
                DRIVER + "credentials-provider to its name", "@Primary");
        run(several().withPropertyValues(DRIVER + "credentials-provider=two"),
                (driver) -> store(driver, payload("signed")));
        assertThat(this.aws.signers()).containsExactly("PAYMENTS@us-east-1", "TWO@us-east-1");
    }

    @Test
    void aProviderAndAnAccessKey() {
        FailureAnalysis analysis = FailureReport.of(several().withPropertyValues(DRIVER + "credentials-provider=two",
                DRIVER + "credentials.access-key-id=PROPERTY", DRIVER + "credentials.secret-access-key=secret"));
        assertThat(analysis.getDescription()).contains(DRIVER + "credentials-provider",
                DRIVER + "credentials.access-key-id", "are both set");
    }

    private ApplicationContextRunner several() {
        return this.runner.withPropertyValues(DRIVER + "region=us-east-1")
            .withBean("one", AwsCredentialsProvider.class, () -> new Provider("ONE"))
            .withBean("two", AwsCredentialsProvider.class, () -> new Provider("TWO"));
    }

    private static final class Provider implements AwsCredentialsProvider, AutoCloseable {

        private final String key;

        private boolean closed;

        Provider(String key) {
            this.key = key;
        }

        @Override
        public AwsCredentials resolveCredentials() {
            return AwsBasicCredentials.create(this.key, "secret");
        }

        @Override
        public void close() {
            this.closed = true;
        }

    }

}
