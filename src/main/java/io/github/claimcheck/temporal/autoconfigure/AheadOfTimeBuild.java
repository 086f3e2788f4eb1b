package io.github.claimcheck.temporal.autoconfigure;

import org.springframework.context.aot.AbstractAotProcessor;

/** The part of a build that processes an application's beans ahead of time. */
final class AheadOfTimeBuild {

    private AheadOfTimeBuild() {
    }

    /** Returns whether this process is such a build. */
    static boolean isRunning() {
        return Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING);
    }

}
