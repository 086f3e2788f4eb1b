package io.github.claimcheck.temporal.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test that needs an Azure Blob Storage server; skipped where there is none. */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag(ServerProcess.TAG)
@ExtendWith(AzuriteServerTest.Condition.class)
public @interface AzuriteServerTest {

    /** Says what to install. */
    class Condition extends ServerCondition {

        Condition() {
            super(AzuriteServer::isAvailable,
                    "There is no Azurite: with Node.js on the path, run npm install --prefix target/tools/azurite "
                            + "azurite@3.35.0");
        }

    }

}
