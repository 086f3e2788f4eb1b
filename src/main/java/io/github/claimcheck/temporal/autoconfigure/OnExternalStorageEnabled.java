package io.github.claimcheck.temporal.autoconfigure;

import org.springframework.core.env.Environment;

/** Matches unless {@code temporal.external-storage.enabled} is false. */
class OnExternalStorageEnabled extends OnProperty {

    static final String PROPERTY = ExternalStorageProperties.PREFIX + ".enabled";

    OnExternalStorageEnabled() {
        super(PROPERTY, true);
    }

    static boolean isEnabled(Environment environment) {
        return isTrue(environment, PROPERTY, true);
    }

}
