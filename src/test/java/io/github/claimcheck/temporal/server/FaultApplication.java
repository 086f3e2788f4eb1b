package io.github.claimcheck.temporal.server;

import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.Arrays;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A worker whose every step has a large payload. {@link #main} runs it as a process that
 * a test can kill.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class FaultApplication {

    static final int THREE_MEGABYTES = 3 * 1024 * 1024;

    /** Runs steps with payloads of the given sizes. */
    @WorkflowInterface
    public interface StepsWorkflow {

        @WorkflowMethod(name = "Steps")
        byte[] run(byte[] input, Steps steps);

        @QueryMethod
        byte[] bytes(int size);

    }

    /**
     * @param activityResult the size of the activity's result, in bytes
     * @param heartbeat the size of the activity's heartbeat details, in bytes
     * @param result the size of the workflow's result, in bytes
     */
    public record Steps(int activityResult, int heartbeat, int result) {

        static final Steps SMALL = new Steps(1, 0, 1);

    }

    /** The implementation. */
    public static class StepsWorkflowImplementation implements StepsWorkflow {

        private final StepsActivity activity = Workflow.newActivityStub(StepsActivity.class,
                ActivityOptions.newBuilder()
                    .setStartToCloseTimeout(Duration.ofSeconds(15))
                    .setHeartbeatTimeout(Duration.ofSeconds(5))
                    .setRetryOptions(RetryOptions.newBuilder()
                        .setInitialInterval(Duration.ofMillis(200))
                        .setMaximumInterval(Duration.ofSeconds(1))
                        .build())
                    .build());

        @Override
        public byte[] run(byte[] input, Steps steps) {
            byte[] made = this.activity.make(steps.activityResult(), steps.heartbeat());
            byte[] result = Payloads.bytes(steps.result(), made.length);
            // What comes out depends on what went in, so that a wrong payload anywhere
            // shows.
            result[0] = (byte) (Arrays.hashCode(input) + Arrays.hashCode(made));
            return result;
        }

        @Override
        public byte[] bytes(int size) {
            return Payloads.bytes(size, size);
        }

    }

    static byte[] expected(byte[] input, Steps steps) {
        byte[] made = Payloads.bytes(steps.activityResult(), 7);
        byte[] result = Payloads.bytes(steps.result(), made.length);
        result[0] = (byte) (Arrays.hashCode(input) + Arrays.hashCode(made));
        return result;
    }

    @ActivityInterface
    public interface StepsActivity {

        byte[] make(int size, int heartbeat);

    }

    @Bean
    StepsActivity stepsActivity() {
        return (size, heartbeat) -> {
            if (heartbeat > 0) {
                Activity.getExecutionContext().heartbeat(Payloads.bytes(heartbeat, 9));
            }
            return Payloads.bytes(size, 7);
        };
    }

    /**
     * @param arguments properties, each as {@code --name=value}
     */
    public static void main(String[] arguments) {
        SpringApplication application = new SpringApplication(FaultApplication.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.run(arguments);
    }

}
