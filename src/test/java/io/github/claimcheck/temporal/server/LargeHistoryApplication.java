package io.github.claimcheck.temporal.server;

import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A worker whose workflow has a large history. A process that a test can kill. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class LargeHistoryApplication {

    /** After so many, the workflow ends. */
    static final int STEPS = 4;

    /**
     * Collects the results of activities, some at a time, and waits for a signal.
     */
    @WorkflowInterface
    public interface LargeHistoryWorkflow {

        @WorkflowMethod(name = "LargeHistory")
        long run(int payloads, int size);

        /** Takes a step, for which a worker needs the whole history. */
        @SignalMethod
        void step();

        @QueryMethod
        int collected();

    }

    /** The implementation. */
    public static class Implementation implements LargeHistoryWorkflow {

        private static final int BATCH = 25;

        private final MakeActivity activity = Workflow.newActivityStub(MakeActivity.class,
                ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofSeconds(20)).build());

        private int collected;

        private long sum;

        private int steps;

        @Override
        public long run(int payloads, int size) {
            while (this.collected < payloads) {
                // The SDK's cancellation scopes keep the results of their activities, for
                // as long as they live.
                Workflow.newDetachedCancellationScope(() -> collect(size)).run();
                this.collected += BATCH;
            }
            Workflow.await(() -> this.steps == STEPS);
            return this.sum;
        }

        private void collect(int size) {
            List<Promise<byte[]>> batch = IntStream.range(this.collected, this.collected + BATCH)
                .mapToObj((i) -> Async.function(this.activity::make, size, i))
                .toList();
            for (Promise<byte[]> made : batch) {
                this.sum += made.get()[0];
            }
        }

        @Override
        public void step() {
            this.steps++;
        }

        @Override
        public int collected() {
            return this.collected;
        }

    }

    static long expected(int payloads, int size) {
        return IntStream.range(0, payloads).mapToLong((i) -> Payloads.bytes(size, i)[0]).sum();
    }

    /** An activity that makes a payload. */
    @ActivityInterface
    public interface MakeActivity {

        byte[] make(int size, int seed);

    }

    @Bean
    MakeActivity makeActivity() {
        return Payloads::bytes;
    }

    /**
     * @param arguments properties, each as {@code --name=value}
     */
    public static void main(String[] arguments) {
        SpringApplication application = new SpringApplication(LargeHistoryApplication.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.run(arguments);
    }

}
