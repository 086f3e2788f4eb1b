package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.health.StorageHealth;
import io.github.claimcheck.temporal.testing.FailureReport;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Where the drivers' health is part of the application's. */
class HealthAutoConfigurationTests {

    private static final String NAME = "externalStorageHealthContributor";

    @TempDir
    static Path directory;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all())
        .withPropertyValues("temporal.external-storage.drivers.local-disk.directory=" + directory);

    private final ApplicationContextRunner actuator = this.runner
        .withConfiguration(AutoConfigurations.of(HealthContributorAutoConfiguration.class,
                HealthContributorRegistryAutoConfiguration.class, HealthEndpointAutoConfiguration.class));

    @Test
    void eachDriverContributes() {
        this.actuator.run((context) -> {
            assertThat(context).hasSingleBean(CompositeHealthContributor.class);
            assertThat(context.getBean(HealthEndpoint.class).healthForPath("externalStorage", "local-disk").getStatus())
                .isEqualTo(Status.UP);
        });
    }

    @ParameterizedTest
    @CsvSource({ "false, '', false", "true, false, true", "'', false, false", "'', true, true" })
    void canBeTurnedOff(String own, String defaults, boolean present) {
        this.runner
            .withPropertyValues("management.health.external-storage.enabled=" + own,
                    "management.health.defaults.enabled=" + defaults)
            .run((context) -> assertThat(context.containsBean(NAME)).isEqualTo(present));
    }

    @Test
    void needsNothingOfTheActuator() {
        this.runner
            .withClassLoader(
                    new FilteredClassLoader("org.springframework.boot.health", "org.springframework.boot.actuate"))
            .run((context) -> assertThat(context).hasNotFailed()
                .hasSingleBean(StorageHealth.class)
                .doesNotHaveBean(NAME));
    }

    @Test
    void contributesNothingWithoutExternalStorage() {
        this.runner.withPropertyValues("temporal.external-storage.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(NAME));
        new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(NAME));
    }

    @Test
    void leavesTheApplicationsOwnContributorAlone() {
        this.runner.withBean(NAME, HealthIndicator.class, () -> () -> Health.up().build())
            .run((context) -> assertThat(context.getBean(NAME)).isNotInstanceOf(CompositeHealthContributor.class));
    }

    @ParameterizedTest
    @ValueSource(strings = { "check-interval", "check-timeout" })
    void durationsMustBePositive(String property) {
        for (String value : new String[] { "0", "-1s" }) {
            this.runner.withPropertyValues("temporal.external-storage.health." + property + "=" + value)
                .run((context) -> {
                    assertThat(context).hasFailed();
                    assertThat(FailureReport.of(context.getStartupFailure()).getDescription())
                        .contains("temporal.external-storage.health." + property);
                });
        }
    }

}
