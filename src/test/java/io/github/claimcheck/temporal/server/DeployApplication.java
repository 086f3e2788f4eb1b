package io.github.claimcheck.temporal.server;

import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A worker that is deployed anew while it works: a process whose activities take a while
 * and return large payloads.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class DeployApplication {

    static final int STEPS = 3;

    static final int SIZE = 400_000;

    @WorkflowInterface
    public interface StepwiseWorkflow {

        /**
         * Returns a hash of what all steps have made.
         * @param maximumAttempts of each step; 0 for any number
         * @return the hash
         */
        @WorkflowMethod
        int run(int maximumAttempts);

    }

    public static class Implementation implements StepwiseWorkflow {

        @Override
        public int run(int maximumAttempts) {
            StepActivity activity = Workflow.newActivityStub(StepActivity.class,
                    ActivityOptions.newBuilder()
                        .setStartToCloseTimeout(Duration.ofSeconds(20))
                        .setRetryOptions(RetryOptions.newBuilder()
                            .setInitialInterval(Duration.ofMillis(100))
                            .setBackoffCoefficient(1)
                            .setMaximumAttempts(maximumAttempts)
                            .build())
                        .build());
            byte[] made = Payloads.bytes(SIZE, 0);
            for (int step = 1; step <= STEPS; step++) {
                made = activity.next(made);
            }
            return Arrays.hashCode(made);
        }

    }

    static int expected() {
        byte[] made = Payloads.bytes(SIZE, 0);
        for (int step = 1; step <= STEPS; step++) {
            made = next(made);
        }
        return Arrays.hashCode(made);
    }

    private static byte[] next(byte[] made) {
        return Payloads.bytes(SIZE, Arrays.hashCode(made));
    }

    @ActivityInterface
    public interface StepActivity {

        byte[] next(byte[] made);

    }

    /** Works for a while, as real activities do. */
    @Bean
    StepActivity stepActivity() {
        return (made) -> {
            long end = System.nanoTime() + Duration.ofMillis(1500).toNanos();
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
            return next(made);
        };
    }

    /**
     * Starts the worker.
     * @param arguments properties, each as {@code --name=value}
     */
    public static void main(String[] arguments) {
        SpringApplication application = new SpringApplication(DeployApplication.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.run(arguments);
    }

}
