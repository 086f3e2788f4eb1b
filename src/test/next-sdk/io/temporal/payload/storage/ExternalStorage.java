package io.temporal.payload.storage;

import java.util.List;

public final class ExternalStorage {

    private final List<StorageDriver> drivers;

    private final StorageDriverSelector driverSelector;

    private final int payloadSizeThreshold;

    private final ExternalStorageConcurrency concurrency;

    private ExternalStorage(Builder builder) {
        this.drivers = List.copyOf(builder.drivers);
        this.driverSelector = builder.driverSelector;
        this.payloadSizeThreshold = builder.payloadSizeThreshold;
        this.concurrency = builder.concurrency;
    }

    public static Builder newBuilder() {
        return new Builder();
    }

    public List<StorageDriver> getDrivers() {
        return this.drivers;
    }

    public StorageDriverSelector getDriverSelector() {
        return this.driverSelector;
    }

    public int getPayloadSizeThreshold() {
        return this.payloadSizeThreshold;
    }

    public ExternalStorageConcurrency getConcurrency() {
        return this.concurrency;
    }

    public static final class Builder {

        private List<StorageDriver> drivers = List.of();

        private StorageDriverSelector driverSelector;

        private int payloadSizeThreshold = 256 * 1024;

        private ExternalStorageConcurrency concurrency = ExternalStorageConcurrency.newBuilder().build();

        private Builder() {
        }

        public Builder setDrivers(List<StorageDriver> drivers) {
            this.drivers = drivers;
            return this;
        }

        public Builder setDriver(StorageDriver driver) {
            return setDrivers(List.of(driver));
        }

        public Builder setDriverSelector(StorageDriverSelector driverSelector) {
            this.driverSelector = driverSelector;
            return this;
        }

        public Builder setPayloadSizeThreshold(int payloadSizeThreshold) {
            this.payloadSizeThreshold = payloadSizeThreshold;
            return this;
        }

        public Builder setConcurrency(ExternalStorageConcurrency concurrency) {
            this.concurrency = concurrency;
            return this;
        }

        public ExternalStorage build() {
            return new ExternalStorage(this);
        }

    }

}
