package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.util.unit.DataSize;

/**
 * Configuration properties of external storage for Temporal payloads. A
 * {@link StrictBindHandler} rejects unknown properties.
 */
@ConfigurationProperties(ExternalStorageProperties.PREFIX)
public class ExternalStorageProperties implements InitializingBean {

    static final String PREFIX = "temporal.external-storage";

    /**
     * Whether to use external storage.
     */
    private boolean enabled = true;

    /**
     * Serialized size at which a payload goes to external storage. 0 stores every
     * payload.
     */
    private DataSize threshold = DataSize.ofKilobytes(256);

    /**
     * Maximum size of a list of payloads in event history, such as arguments or a memo. 0
     * sets no limit.
     */
    private DataSize maxInlineListSize = DataSize.ofKilobytes(1536);

    /**
     * Maximum size of a request to the Temporal server, such as all commands of a
     * workflow task. 0 sets no limit.
     */
    private DataSize maxInlineMessageSize = DataSize.ofMegabytes(3);

    /**
     * Id of the driver that stores new payloads. Required if there are several drivers.
     */
    private @Nullable String defaultDriver;

    /**
     * Routes of payloads to drivers. The first match wins; the default driver takes the
     * rest.
     */
    private List<Route> routes = new ArrayList<>();

    /**
     * Maximum number of concurrent uploads and downloads. Excess transfers wait.
     */
    private int maxConcurrentTransfers = 64;

    /**
     * Maximum total size of concurrent transfers. Excess transfers wait.
     */
    private DataSize maxBytesInFlight = DataSize.ofMegabytes(64);

    /**
     * How long not to upload a stored object again within its run. 0 always uploads.
     */
    private Duration assumeStoredFor = Duration.ofHours(1);

    @NestedConfigurationProperty
    private final PayloadCacheProperties cache = new PayloadCacheProperties();

    /**
     * Whether to read references of early Go and Python SDK releases.
     */
    private boolean readEarlyReferences = false;

    @NestedConfigurationProperty
    private final CodecServerProperties codecServer = new CodecServerProperties();

    @NestedConfigurationProperty
    private final StorageHealthProperties health = new StorageHealthProperties();

    @NestedConfigurationProperty
    private final StorageExpiryProperties expiry = new StorageExpiryProperties();

    /**
     * Storage drivers by id. The id is the driver's type unless 'type' is set.
     */
    private Map<String, Object> drivers = new LinkedHashMap<>();

    public boolean isEnabled() {
        return this.enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public DataSize getThreshold() {
        return this.threshold;
    }

    public void setThreshold(DataSize threshold) {
        this.threshold = threshold;
    }

    public @Nullable String getDefaultDriver() {
        return this.defaultDriver;
    }

    public void setDefaultDriver(@Nullable String defaultDriver) {
        this.defaultDriver = defaultDriver;
    }

    public List<Route> getRoutes() {
        return this.routes;
    }

    public void setRoutes(List<Route> routes) {
        this.routes = routes;
    }

    public DataSize getMaxInlineListSize() {
        return this.maxInlineListSize;
    }

    public void setMaxInlineListSize(DataSize maxInlineListSize) {
        this.maxInlineListSize = maxInlineListSize;
    }

    public DataSize getMaxInlineMessageSize() {
        return this.maxInlineMessageSize;
    }

    public void setMaxInlineMessageSize(DataSize maxInlineMessageSize) {
        this.maxInlineMessageSize = maxInlineMessageSize;
    }

    public int getMaxConcurrentTransfers() {
        return this.maxConcurrentTransfers;
    }

    public void setMaxConcurrentTransfers(int maxConcurrentTransfers) {
        this.maxConcurrentTransfers = maxConcurrentTransfers;
    }

    public DataSize getMaxBytesInFlight() {
        return this.maxBytesInFlight;
    }

    public void setMaxBytesInFlight(DataSize maxBytesInFlight) {
        this.maxBytesInFlight = maxBytesInFlight;
    }

    public Duration getAssumeStoredFor() {
        return this.assumeStoredFor;
    }

    public void setAssumeStoredFor(Duration assumeStoredFor) {
        this.assumeStoredFor = assumeStoredFor;
    }

    public PayloadCacheProperties getCache() {
        return this.cache;
    }

    public boolean isReadEarlyReferences() {
        return this.readEarlyReferences;
    }

    public void setReadEarlyReferences(boolean readEarlyReferences) {
        this.readEarlyReferences = readEarlyReferences;
    }

    public CodecServerProperties getCodecServer() {
        return this.codecServer;
    }

    public StorageHealthProperties getHealth() {
        return this.health;
    }

    public StorageExpiryProperties getExpiry() {
        return this.expiry;
    }

    public Map<String, Object> getDrivers() {
        return this.drivers;
    }

    public void setDrivers(Map<String, Object> drivers) {
        this.drivers = drivers;
    }

    /**
     * Validates the values, with messages that name the property, before the Temporal SDK
     * rejects them.
     */
    @Override
    public void afterPropertiesSet() {
        // The SDK holds the threshold in an int.
        if (this.threshold.toBytes() < 0 || this.threshold.toBytes() > Integer.MAX_VALUE) {
            throw new ExternalStorageConfigurationException(
                    PREFIX + ".threshold is " + this.threshold + ", which is not a valid size.",
                    "Set " + PREFIX + ".threshold to a size from 0 to 2047MB, such as 256KB, the default. 0 stores "
                            + "every payload.");
        }
        if (this.maxConcurrentTransfers < 1) {
            throw new ExternalStorageConfigurationException(
                    PREFIX + ".max-concurrent-transfers is " + this.maxConcurrentTransfers
                            + ", which is not a valid number of transfers.",
                    "Set " + PREFIX + ".max-concurrent-transfers to 1 or more, such as 64, the default.");
        }
        if (this.maxBytesInFlight.toBytes() < 1) {
            throw new ExternalStorageConfigurationException(
                    PREFIX + ".max-bytes-in-flight is " + this.maxBytesInFlight + ", which is not a valid size.",
                    "Set " + PREFIX + ".max-bytes-in-flight to a size of 1B or more, such as 64MB, the default.");
        }
        if (this.assumeStoredFor.isNegative()) {
            throw new ExternalStorageConfigurationException(
                    PREFIX + ".assume-stored-for is " + this.assumeStoredFor.toMillis()
                            + "ms, which is not a valid duration.",
                    "Set " + PREFIX + ".assume-stored-for to a duration such as 1h, the default. 0 uploads every "
                            + "payload.");
        }
        PropertySizes.require("max-inline-list-size", this.maxInlineListSize, "1536KB, the default. 0 sets no limit.");
        PropertySizes.require("max-inline-message-size", this.maxInlineMessageSize,
                "3MB, the default. 0 sets no limit.");
        this.cache.validate();
        this.codecServer.validate();
        this.health.validate();
        this.expiry.validate();
    }

    /** A route, which takes the payloads that match all of its conditions. */
    public static class Route {

        /**
         * Namespaces. Names or patterns with * and ?.
         */
        private List<String> namespaces = new ArrayList<>();

        /**
         * Workflow types. Names or patterns.
         */
        private List<String> workflowTypes = new ArrayList<>();

        /**
         * Workflow ids. Ids or patterns.
         */
        private List<String> workflowIds = new ArrayList<>();

        /**
         * Types of standalone activities. Names or patterns.
         */
        private List<String> activityTypes = new ArrayList<>();

        /**
         * Minimum serialized size.
         */
        private @Nullable DataSize minSize;

        /**
         * Maximum serialized size.
         */
        private @Nullable DataSize maxSize;

        /**
         * Payload encodings, such as json/plain. Names or patterns.
         */
        private List<String> encodings = new ArrayList<>();

        /**
         * Id of the driver that stores the payloads.
         */
        private @Nullable String driver;

        /**
         * Whether to keep the payloads in event history.
         */
        private boolean inline = false;

        public List<String> getNamespaces() {
            return this.namespaces;
        }

        public void setNamespaces(List<String> namespaces) {
            this.namespaces = namespaces;
        }

        public List<String> getWorkflowTypes() {
            return this.workflowTypes;
        }

        public void setWorkflowTypes(List<String> workflowTypes) {
            this.workflowTypes = workflowTypes;
        }

        public List<String> getWorkflowIds() {
            return this.workflowIds;
        }

        public void setWorkflowIds(List<String> workflowIds) {
            this.workflowIds = workflowIds;
        }

        public List<String> getActivityTypes() {
            return this.activityTypes;
        }

        public void setActivityTypes(List<String> activityTypes) {
            this.activityTypes = activityTypes;
        }

        public @Nullable DataSize getMinSize() {
            return this.minSize;
        }

        public void setMinSize(@Nullable DataSize minSize) {
            this.minSize = minSize;
        }

        public @Nullable DataSize getMaxSize() {
            return this.maxSize;
        }

        public void setMaxSize(@Nullable DataSize maxSize) {
            this.maxSize = maxSize;
        }

        public List<String> getEncodings() {
            return this.encodings;
        }

        public void setEncodings(List<String> encodings) {
            this.encodings = encodings;
        }

        public @Nullable String getDriver() {
            return this.driver;
        }

        public void setDriver(@Nullable String driver) {
            this.driver = driver;
        }

        public boolean isInline() {
            return this.inline;
        }

        public void setInline(boolean inline) {
            this.inline = inline;
        }

    }

}
