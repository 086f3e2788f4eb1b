package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * What decides which beans there are. Ahead-of-time processing fixes the beans in the
 * build, so an application that runs with {@code spring.aot.enabled} would ignore a
 * driver that only its own environment configures. Such differences fail the start.
 */
@SuppressWarnings("NullAway.Init") // Spring sets the environment.
final class BuildTimeConfiguration implements BeanFactoryPostProcessor, EnvironmentAware {

    private static final String BUILD_AGAIN = "and build again: ahead-of-time processing fixes the beans in the "
            + "build. What only the environment knows can be a placeholder there, such as ${BUCKET}.";

    private final boolean enabled;

    private final boolean readEarlyReferences;

    private final boolean codecServer;

    private final List<String> drivers;

    private Environment environment;

    /**
     * Creates the bean, with what the build saw.
     * @param enabled whether external storage is enabled
     * @param readEarlyReferences whether early references are read
     * @param codecServer whether the codec server is enabled
     * @param drivers the ids of the drivers
     */
    BuildTimeConfiguration(boolean enabled, boolean readEarlyReferences, boolean codecServer, List<String> drivers) {
        this.enabled = enabled;
        this.readEarlyReferences = readEarlyReferences;
        this.codecServer = codecServer;
        this.drivers = drivers;
    }

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        if (!AotDetector.useGeneratedArtifacts()) {
            return;
        }
        requireSame(OnExternalStorageEnabled.PROPERTY, this.enabled,
                OnExternalStorageEnabled.isEnabled(this.environment));
        if (this.enabled) {
            requireSame(OnReadEarlyReferences.PROPERTY, this.readEarlyReferences,
                    OnReadEarlyReferences.isEnabled(this.environment));
            requireSame(OnCodecServerEnabled.PROPERTY, this.codecServer,
                    OnCodecServerEnabled.isEnabled(this.environment));
            requireSame(this.drivers.stream().map(StorageDriverId::of).toList(),
                    ConfiguredStorageDrivers.in(this.environment).enabled());
        }
    }

    private static void requireSame(String property, boolean build, boolean here) {
        if (build != here) {
            throw new ExternalStorageConfigurationException(
                    property + " is " + here + ", but was " + build + " when the application was built.",
                    "Set " + property + " to " + here + " where the build sees it, such as in application.yaml, "
                            + BUILD_AGAIN);
        }
    }

    private static void requireSame(Collection<StorageDriverId> build, Collection<StorageDriverId> here) {
        Set<StorageDriverId> added = difference(here, build);
        if (!added.isEmpty()) {
            throw new ExternalStorageConfigurationException(
                    "The build of the application did not see " + prefixes(added) + ", so there is no such driver.",
                    "Configure " + prefixes(added) + " where the build sees it, such as in application.yaml or in a "
                            + "profile that is active in the build, " + BUILD_AGAIN);
        }
        Set<StorageDriverId> removed = difference(build, here);
        if (!removed.isEmpty()) {
            throw new ExternalStorageConfigurationException(
                    "The build of the application saw " + prefixes(removed) + ", which is not configured here.",
                    "Configure " + prefixes(removed) + ", for instance by the profile that was active in the build. "
                            + "Or remove it from what the build sees, " + BUILD_AGAIN);
        }
    }

    private static Set<StorageDriverId> difference(Collection<StorageDriverId> ids,
            Collection<StorageDriverId> others) {
        Set<StorageDriverId> difference = new LinkedHashSet<>(ids);
        others.forEach(difference::remove);
        return difference;
    }

    private static String prefixes(Collection<StorageDriverId> ids) {
        return ids.stream().map(StorageDriverId::prefix).collect(Collectors.joining(", "));
    }

}
