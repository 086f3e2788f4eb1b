package io.github.claimcheck.temporal.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.annotation.Annotation;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.commons.support.AnnotationSupport;

class ServerProcessTests {

    private static final String EXCLUDED = "tests.excluded";

    private final Optional<String> excluded = Optional.ofNullable(System.getProperty(EXCLUDED));

    @AfterEach
    void restoreProperty() {
        this.excluded.ifPresentOrElse((tags) -> System.setProperty(EXCLUDED, tags),
                () -> System.clearProperty(EXCLUDED));
    }

    static Stream<Runnable> servers() {
        return Stream.of(S3Server::start, GcsServer::start, AzuriteServer::start, RedisServer::start,
                TemporalServer::shared);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void tellsATestWithoutTheTagWhatToDo(Runnable start) {
        System.setProperty(EXCLUDED, ServerProcess.TAG);

        assertThatIllegalStateException().isThrownBy(start::run)
            .withMessageContaining("Annotate the test with @S3ServerTest")
            .withMessageContaining("mvn verify");
    }

    @ParameterizedTest
    @ValueSource(classes = { S3ServerTest.class, GcsServerTest.class, AzuriteServerTest.class, RedisServerTest.class,
            TemporalServerTest.class })
    void theAnnotationBringsTheTag(Class<? extends Annotation> annotation) {
        assertThat(AnnotationSupport.findRepeatableAnnotations(annotation, Tag.class)).extracting(Tag::value)
            .contains(ServerProcess.TAG);
    }

    @Nested
    class WithTheTag {

        @BeforeEach
        void allowServers() {
            System.clearProperty(EXCLUDED);
        }

        @Test
        void showsTheOutputOfAServerThatEnds() {
            try (ServerProcess server = new JavaServer("-version")) {
                assertThatIllegalStateException().isThrownBy(server::resume)
                    .withMessageStartingWith("The server of this test does not listen: ")
                    .withMessageContaining("version");
            }
        }

    }

    private static final class JavaServer extends ServerProcess {

        private final String argument;

        JavaServer(String argument) {
            super("The server of this test");
            this.argument = argument;
        }

        @Override
        protected List<String> command() {
            return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), this.argument);
        }

    }

}
