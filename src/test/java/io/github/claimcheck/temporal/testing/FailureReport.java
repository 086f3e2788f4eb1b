package io.github.claimcheck.temporal.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.mock.env.MockEnvironment;

/** What Spring Boot prints about an application that does not start. */
public final class FailureReport {

    private FailureReport() {
    }

    /** Returns the report on an application that has nothing but these properties. */
    public static FailureAnalysis failure(String... properties) {
        return failure(UnaryOperator.identity(), properties);
    }

    /** Returns the report on an application with these properties, and more. */
    public static FailureAnalysis failure(UnaryOperator<ApplicationContextRunner> customizer, String... properties) {
        return of(customizer.apply(runner()).withPropertyValues(properties));
    }

    /** Returns an application with the starter alone. */
    public static ApplicationContextRunner runner() {
        return new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all());
    }

    /** Asserts on what is wrong. */
    public static Consumer<FailureAnalysis> describes(String text) {
        return (analysis) -> assertThat(analysis.getDescription()).contains(text);
    }

    /** Asserts on what to do about it. */
    public static Consumer<FailureAnalysis> advises(String text) {
        return (analysis) -> assertThat(analysis.getAction()).contains(text);
    }

    /** Returns the first analysis that a registered analyzer makes. */
    public static FailureAnalysis of(ApplicationContextRunner runner) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        runner.run((context) -> failure.set(context.getStartupFailure()));
        assertThat(failure.get()).as("start-up failure").isNotNull();
        return of(failure.get());
    }

    /** Returns the first analysis that a registered analyzer makes of a failure. */
    public static FailureAnalysis of(Throwable failure) {
        return SpringFactoriesLoader.forDefaultResourceLocation()
            .load(FailureAnalyzer.class,
                    SpringFactoriesLoader.ArgumentResolver.of(BeanFactory.class, new DefaultListableBeanFactory())
                        .and(Environment.class, new MockEnvironment()),
                    // Spring Boot passes over an analyzer whose library is absent.
                    SpringFactoriesLoader.FailureHandler.handleMessage((message, ex) -> {
                    }))
            .stream()
            .map((analyzer) -> analyzer.analyze(failure))
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow(() -> new AssertionError("No analyzer explains this failure", failure));
    }

}
