package io.github.claimcheck.sample.s3;

import java.net.URI;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Starts the S3 server before there are any beans and sets {@code sample.s3.endpoint}, to
 * which the storage driver's properties refer.
 */
class EmbeddedS3Initializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        Binder.get(environment).bind("sample.s3", EmbeddedS3Properties.class).ifBound(properties -> {
            URI endpoint = EmbeddedS3Server.start(properties);
            environment.getPropertySources()
                .addFirst(new MapPropertySource("embeddedS3", Map.of("sample.s3.endpoint", endpoint.toString())));
        });
    }

}
