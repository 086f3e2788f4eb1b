package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.FailureReport;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.temporal.payload.storage.StorageDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class MultiRegionAccessPointTests {

    private static final String BUCKET = "temporal.external-storage.drivers.s3.bucket=";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all())
        .withPropertyValues("temporal.external-storage.drivers.s3.region=eu-west-1",
                "temporal.external-storage.drivers.s3.credentials.access-key-id=test-access-key",
                "temporal.external-storage.drivers.s3.credentials.secret-access-key=test-secret-key");

    private final FilteredClassLoader withoutSigner = new FilteredClassLoader(
            "software.amazon.awssdk.http.auth.aws.crt");

    @Test
    void startsWithTheSignerForAllRegions() {
        this.runner.withPropertyValues(BUCKET + "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap")
            .run((context) -> assertThat(context).hasSingleBean(StorageDriver.class));
    }

    @ParameterizedTest
    @ValueSource(strings = { "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap",
            "arn:aws:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap",
            "arn:aws-cn:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap" })
    void namesTheDependencyThatIsMissingWithoutTheSigner(String accessPoint) {
        this.runner.withClassLoader(this.withoutSigner).withPropertyValues(BUCKET + accessPoint).run((context) -> {
            assertThat(context).hasFailed();
            FailureAnalysis analysis = FailureReport.of(context.getStartupFailure());
            assertThat(analysis.getDescription()).contains("temporal.external-storage.drivers.s3.bucket")
                .contains("Multi-Region Access Point");
            assertThat(analysis.getAction()).contains("Add the dependency software.amazon.awssdk:http-auth-aws-crt");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = { "payloads", "arn:aws:s3:eu-west-1:123456789012:accesspoint/payloads" })
    void needsNoSignerForAllRegionsForABucketInOne(String bucket) {
        this.runner.withClassLoader(this.withoutSigner)
            .withPropertyValues(BUCKET + bucket)
            .run((context) -> assertThat(context).hasSingleBean(StorageDriver.class));
    }

}
