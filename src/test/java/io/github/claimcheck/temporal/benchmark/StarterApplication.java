package io.github.claimcheck.temporal.benchmark;

import io.temporal.client.WorkflowClient;
import io.temporal.worker.WorkerFactory;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

/** An application with the starter, a bucket, and otherwise default settings. */
final class StarterApplication implements Application {

    private final String taskQueue;

    private final ConfigurableApplicationContext context;

    /**
     * @param properties further ones, as {@code name=value}
     */
    StarterApplication(BenchmarkEnvironment environment, String taskQueue, String... properties) {
        this(environment.temporalTarget(), environment.gateway().properties(environment.bucket()), taskQueue,
                properties);
    }

    /**
     * @param s3 the properties of the S3 driver, as {@code name=value}
     */
    StarterApplication(String temporalTarget, String[] s3, String taskQueue, String... properties) {
        this(temporalTarget, s3, taskQueue, (context) -> {
        }, properties);
    }

    /**
     * @param beans registers further beans
     */
    StarterApplication(String temporalTarget, String[] s3, String taskQueue, Consumer<GenericApplicationContext> beans,
            String... properties) {
        this.taskQueue = taskQueue;
        String[] arguments = Stream
            .of(Stream.of(s3),
                    Stream.of("spring.temporal.connection.target=" + temporalTarget,
                            "spring.temporal.workers[0].task-queue=" + taskQueue, "spring.temporal.start-workers=false",
                            "spring.main.banner-mode=off"),
                    Stream.of(properties))
            .flatMap((each) -> each)
            .map((property) -> "--" + property)
            .toArray(String[]::new);
        this.context = new SpringApplicationBuilder(Configured.class).web(WebApplicationType.NONE)
            .initializers((context) -> beans.accept((GenericApplicationContext) context))
            .run(arguments);
        WorkerFactory factory = this.context.getBean(WorkerFactory.class);
        Application.register(factory.getWorker(taskQueue));
        factory.start();
    }

    @Override
    public WorkflowClient client() {
        return this.context.getBean(WorkflowClient.class);
    }

    @Override
    public String taskQueue() {
        return this.taskQueue;
    }

    @Override
    public void close() {
        this.context.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Configured {

    }

}
