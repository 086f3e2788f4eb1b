package io.github.claimcheck.sample;

import io.temporal.spring.boot.TemporalOptionsCustomizer;
import io.temporal.testing.TestEnvironmentOptions;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Settings of Temporal's in-process server for which there is no property. */
@Configuration(proxyBeanMethods = false)
class TestServerConfiguration {

    /**
     * The server would let its clock jump whenever a workflow waits, which suits tests
     * but not an application.
     */
    @Bean
    TemporalOptionsCustomizer<TestEnvironmentOptions.Builder> realTime() {
        return new TemporalOptionsCustomizer<>() {
            @Override
            public TestEnvironmentOptions.Builder customize(TestEnvironmentOptions.Builder options) {
                return options.setUseTimeskipping(false);
            }
        };
    }

}
