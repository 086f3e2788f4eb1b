package io.github.claimcheck.temporal.autoconfigure;

import org.springframework.core.env.Environment;

/** Matches if {@code temporal.external-storage.codec-server.enabled} is true. */
class OnCodecServerEnabled extends OnProperty {

    static final String PROPERTY = CodecServerProperties.PREFIX + ".enabled";

    OnCodecServerEnabled() {
        super(PROPERTY, false);
    }

    static boolean isEnabled(Environment environment) {
        return isTrue(environment, PROPERTY, false);
    }

}
