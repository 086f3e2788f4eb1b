package io.github.claimcheck.temporal.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test that needs a real Redis; skipped where there is none. */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag(ServerProcess.TAG)
@ExtendWith(RedisServerTest.Condition.class)
public @interface RedisServerTest {

    /** Says what to install. */
    class Condition extends ServerCondition {

        Condition() {
            super(RedisServer::isAvailable,
                    "There is no redis-server on the path: install it, for instance with apt-get install redis-server");
        }

    }

}
