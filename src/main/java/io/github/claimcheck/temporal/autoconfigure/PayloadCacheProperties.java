package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.cache.DiskCache;
import io.github.claimcheck.temporal.cache.PayloadCache;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import java.nio.file.Path;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** Properties of the payload cache. */
public class PayloadCacheProperties {

    private static final Log logger = LogFactory.getLog(PayloadCacheProperties.class);

    private static final String PREFIX = ExternalStorageProperties.PREFIX + ".cache";

    /**
     * Maximum total size of cached payloads in memory. 0 keeps none there.
     */
    private DataSize maxSize = DataSize.ofMegabytes(64);

    /**
     * Maximum serialized size of a cached payload in memory.
     */
    private DataSize maxPayloadSize = DataSize.ofMegabytes(16);

    private final Disk disk = new Disk();

    public DataSize getMaxSize() {
        return this.maxSize;
    }

    public void setMaxSize(DataSize maxSize) {
        this.maxSize = maxSize;
    }

    public DataSize getMaxPayloadSize() {
        return this.maxPayloadSize;
    }

    public void setMaxPayloadSize(DataSize maxPayloadSize) {
        this.maxPayloadSize = maxPayloadSize;
    }

    public Disk getDisk() {
        return this.disk;
    }

    void validate() {
        PropertySizes.require("cache.max-size", this.maxSize, "64MB, the default. 0 disables the cache.");
        PropertySizes.require("cache.max-payload-size", this.maxPayloadSize, "16MB, the default.");
        PropertySizes.require("cache.disk.max-size", this.disk.maxSize, "10GB. 0, the default, keeps nothing on disk.");
        if (this.disk.isEnabled() && (this.disk.directory == null || this.disk.directory.toString().isBlank())) {
            throw new ExternalStorageConfigurationException(
                    PREFIX + ".disk.max-size is " + this.disk.maxSize + ", but " + PREFIX
                            + ".disk.directory is not set.",
                    "Set " + PREFIX + ".disk.directory to a directory on a local disk, which will contain payloads, "
                            + "or remove " + PREFIX + ".disk.max-size.");
        }
    }

    void warnOfUnused() {
        boolean isDefault = this.maxPayloadSize.equals(new PayloadCacheProperties().maxPayloadSize);
        if (!isDefault && this.maxSize.toBytes() > 0 && this.maxPayloadSize.compareTo(this.maxSize) > 0) {
            logger.warn(PREFIX + ".max-payload-size is " + this.maxPayloadSize + ", but " + PREFIX + ".max-size is "
                    + this.maxSize + ", and no larger payload is cached");
        }
        if (this.disk.directory != null && !this.disk.isEnabled()) {
            logger.warn(PREFIX + ".disk.directory is not used, since " + PREFIX + ".disk.max-size is not set");
        }
    }

    /** Creates the cache. */
    PayloadCache create() {
        Path directory = this.disk.directory;
        return new PayloadCache(this.maxSize.toBytes(), this.maxPayloadSize.toBytes(),
                (directory != null && this.disk.isEnabled()) ? new DiskCache(directory, this.disk.maxSize.toBytes())
                        : null);
    }

    /** Properties of the payload cache on a local disk. */
    public static class Disk {

        /**
         * Directory of cached payloads, for one process at a time. Created if missing.
         */
        private @Nullable Path directory;

        /**
         * Maximum total size of cached payloads on disk. 0 keeps none there.
         */
        private DataSize maxSize = DataSize.ofBytes(0);

        public @Nullable Path getDirectory() {
            return this.directory;
        }

        public void setDirectory(@Nullable Path directory) {
            this.directory = directory;
        }

        public DataSize getMaxSize() {
            return this.maxSize;
        }

        public void setMaxSize(DataSize maxSize) {
            this.maxSize = maxSize;
        }

        boolean isEnabled() {
            return this.maxSize.toBytes() > 0;
        }

    }

}
