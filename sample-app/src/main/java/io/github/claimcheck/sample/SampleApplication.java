package io.github.claimcheck.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/**
 * Turns CSV files of orders into HTML reports with a Temporal workflow whose large
 * payloads are kept in external storage. The code knows nothing about that storage:
 * {@code application.yaml} is all it takes.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
public class SampleApplication {

    public static void main(String[] args) {
        try {
            SpringApplication.run(SampleApplication.class, args);
        }
        catch (RuntimeException ex) {
            // Spring Boot has reported the failure. Threads of the embedded servers would
            // keep the process running.
            System.exit(1);
        }
    }

}
