package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.expiry.ExpiryCheck;
import org.springframework.context.SmartLifecycle;

/**
 * Begins the check of expiries when the context has started, and ends it before any store
 * closes. A build that processes beans ahead of time starts nothing.
 */
final class ExpiryCheckLifecycle implements SmartLifecycle {

    private final ExpiryCheck check;

    private final boolean enabled;

    private volatile boolean running;

    ExpiryCheckLifecycle(ExpiryCheck check, boolean enabled) {
        this.check = check;
        this.enabled = enabled;
    }

    @Override
    public void start() {
        this.running = true;
        if (this.enabled) {
            this.check.start();
        }
    }

    @Override
    public void stop() {
        this.check.stop();
        this.running = false;
    }

    @Override
    public boolean isRunning() {
        return this.running;
    }

}
