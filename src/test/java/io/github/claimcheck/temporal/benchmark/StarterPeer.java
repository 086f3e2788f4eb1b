package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A Spring application with this starter. */
final class StarterPeer implements Peer {

    private static final int MEGABYTE = 1024 * 1024;

    private static final int ACTIVITIES = 50;

    private static final SplittableRandom SEEDS = new SplittableRandom();

    private final String taskQueue = "benchmark-" + UUID.randomUUID();

    private final ConfigurableApplicationContext context;

    StarterPeer(URI s3, String bucket) {
        String worker = "spring.temporal.workers[0].";
        this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
            .run(Stream
                .concat(Stream.of(S3Server.properties(bucket, s3)),
                        Stream.of("spring.temporal.connection.target=" + TemporalServer.shared().getTarget(),
                                worker + "task-queue=" + this.taskQueue, worker + "activity-beans[0]=contentActivities",
                                worker + "workflow-classes[0]=" + ChainImplementation.class.getName(),
                                worker + "workflow-classes[1]=" + FanOutImplementation.class.getName()))
                .map((property) -> "--" + property)
                .toArray(String[]::new));
    }

    @Override
    public String description() {
        return "this starter, Java " + System.getProperty("java.version");
    }

    @Override
    public double run(String workload) {
        long seed = SEEDS.nextLong();
        return switch (workload) {
            case CHAIN -> {
                byte[] input = random(3 * MEGABYTE, seed);
                Chain chain = newWorkflow(Chain.class);
                yield measure(() -> chain.run(input), (result) -> Arrays.equals(result, input));
            }
            case FAN_OUT -> {
                FanOut fanOut = newWorkflow(FanOut.class);
                yield measure(() -> fanOut.run(seed), (total) -> total == ACTIVITIES * MEGABYTE);
            }
            default -> throw new IllegalArgumentException("There is no workload " + workload);
        };
    }

    private <T> T newWorkflow(Class<T> type) {
        return this.context.getBean("temporalWorkflowClient", WorkflowClient.class)
            .newWorkflowStub(type, WorkflowOptions.newBuilder()
                .setTaskQueue(this.taskQueue)
                .setWorkflowId("benchmark-" + UUID.randomUUID())
                .build());
    }

    private static <T> double measure(Supplier<T> workflow, Predicate<T> expected) {
        long start = System.nanoTime();
        T result = workflow.get();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!expected.test(result)) {
            throw new IllegalStateException("The result is not what it should be");
        }
        return seconds;
    }

    /** Returns bytes that do not compress, the same for the same seed. */
    private static byte[] random(int size, long seed) {
        byte[] bytes = new byte[size];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private static ContentActivities newActivities() {
        return Workflow.newActivityStub(ContentActivities.class,
                ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofMinutes(1)).build());
    }

    @Override
    public void close() {
        this.context.close();
    }

    @WorkflowInterface
    public interface Chain {

        @WorkflowMethod(name = "JavaChain")
        byte[] run(byte[] content);

    }

    @WorkflowInterface
    public interface FanOut {

        @WorkflowMethod(name = "JavaFanOut")
        int run(long seed);

    }

    @ActivityInterface(namePrefix = "Java")
    public interface ContentActivities {

        byte[] handOn(byte[] content);

        byte[] make(long seed, int index);

    }

    public static class ChainImplementation implements Chain {

        private final ContentActivities activities = newActivities();

        @Override
        public byte[] run(byte[] content) {
            byte[] handedOn = content;
            for (int i = 0; i < 3; i++) {
                handedOn = this.activities.handOn(handedOn);
            }
            return handedOn;
        }

    }

    public static class FanOutImplementation implements FanOut {

        private final ContentActivities activities = newActivities();

        @Override
        public int run(long seed) {
            List<Promise<byte[]>> results = IntStream.range(0, ACTIVITIES)
                .mapToObj((index) -> Async.function(this.activities::make, seed, index))
                .toList();
            Promise.allOf(results).get();
            return results.stream().mapToInt((result) -> result.get().length).sum();
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        ContentActivities contentActivities() {
            return new ContentActivities() {

                @Override
                public byte[] handOn(byte[] content) {
                    return content;
                }

                @Override
                public byte[] make(long seed, int index) {
                    return random(MEGABYTE, seed + index);
                }

            };
        }

    }

}
