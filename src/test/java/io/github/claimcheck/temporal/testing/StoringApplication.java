package io.github.claimcheck.temporal.testing;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Stores a payload in a process of its own, with the environment variables and files of a
 * deployment. It prints {@code stored}, or {@code FAILURE} with the failure's type and
 * message, or Spring Boot's report.
 */
public final class StoringApplication {

    /** Also use a blocking S3 client, as an application makes one for itself. */
    public static final String BLOCKING = "--blocking";

    private StoringApplication() {
    }

    /**
     * Runs the application, and returns what it prints.
     * @param environment the environment variables of its cloud
     * @param classPath the class path
     * @param options options of the virtual machine
     * @param arguments properties
     */
    public static String run(Map<String, String> environment, String classPath, List<String> options,
            List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC", "-cp", classPath));
        command.addAll(options);
        command.addAll(List.of(StoringApplication.class.getName(), "--spring.main.banner-mode=off"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
            .keySet()
            .removeIf((name) -> name.startsWith("AWS_") || name.startsWith("AZURE_") || name.startsWith("IDENTITY_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
        finally {
            process.destroyForcibly();
        }
    }

    public static void main(String[] arguments) {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(StarterAutoConfigurations.classes())
            .web(WebApplicationType.NONE)
            .run(arguments)) {
            context.getBean(StorageDriver.class)
                .store(StorageContexts.store(null), List.of(Payload.getDefaultInstance()))
                .join();
            System.out.println("stored");
            if (List.of(arguments).contains(BLOCKING)) {
                try (S3Client client = S3Client.create()) {
                    client.listBuckets();
                }
            }
        }
        catch (CompletionException ex) {
            System.out
                .println("FAILURE " + ex.getCause().getClass().getSimpleName() + " " + ex.getCause().getMessage());
        }
    }

}
