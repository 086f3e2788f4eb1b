package io.temporal.payload.storage;

public final class ExternalStorageConcurrency {

    private final int maxDriverOperations;

    private final int maxOperationsPerMessage;

    private ExternalStorageConcurrency(Builder builder) {
        this.maxDriverOperations = builder.maxDriverOperations;
        this.maxOperationsPerMessage = builder.maxOperationsPerMessage;
    }

    public static Builder newBuilder() {
        return new Builder();
    }

    public int getMaxDriverOperations() {
        return this.maxDriverOperations;
    }

    public int getMaxOperationsPerMessage() {
        return this.maxOperationsPerMessage;
    }

    public static final class Builder {

        private int maxDriverOperations = 64;

        private int maxOperationsPerMessage = 8;

        private Builder() {
        }

        public Builder setMaxDriverOperations(int maxDriverOperations) {
            this.maxDriverOperations = maxDriverOperations;
            return this;
        }

        public Builder setMaxOperationsPerMessage(int maxOperationsPerMessage) {
            this.maxOperationsPerMessage = maxOperationsPerMessage;
            return this;
        }

        public ExternalStorageConcurrency build() {
            return new ExternalStorageConcurrency(this);
        }

    }

}
