package io.github.claimcheck.temporal.autoconfigure;

import org.springframework.core.env.Environment;

/** Matches if {@code temporal.external-storage.read-early-references} is true. */
class OnReadEarlyReferences extends OnProperty {

    static final String PROPERTY = ExternalStorageProperties.PREFIX + ".read-early-references";

    OnReadEarlyReferences() {
        super(PROPERTY, false);
    }

    static boolean isEnabled(Environment environment) {
        return isTrue(environment, PROPERTY, false);
    }

}
