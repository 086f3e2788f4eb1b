package io.github.claimcheck.temporal.benchmark;

import com.sun.management.OperatingSystemMXBean;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * A small application with one worker, which knows nothing of this starter, in a process
 * of its own. It prints what its start has cost, runs a workflow with a payload of 300
 * KB, and prints that once more.
 */
public final class StartupApplication {

    static final String RESULT = "RESULT ";

    private static final String TASK_QUEUE = "startup";

    private StartupApplication() {
    }

    public static void main(String[] arguments) throws Exception {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .properties("spring.main.banner-mode=off", "logging.level.root=error",
                    "spring.temporal.workers[0].task-queue=" + TASK_QUEUE,
                    "spring.temporal.workers[0].workflow-classes[0]=" + Echo.class.getName())
            .run(arguments)) {
            print(ManagementFactory.getRuntimeMXBean().getUptime(), cpuMilliseconds());
            long start = System.nanoTime();
            long cpuBefore = cpuMilliseconds();
            context.getBean(WorkflowClient.class)
                .newWorkflowStub(EchoWorkflow.class,
                        WorkflowOptions.newBuilder()
                            .setTaskQueue(TASK_QUEUE)
                            .setWorkflowId(UUID.randomUUID().toString())
                            .build())
                .echo(new byte[300_000]);
            print(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start), cpuMilliseconds() - cpuBefore);
        }
        System.exit(0);
    }

    private static long cpuMilliseconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1_000_000;
    }

    /**
     * Prints milliseconds, also of CPU, threads, resident KB, heap in bytes, and classes.
     */
    private static void print(long milliseconds, long cpuMilliseconds) throws IOException, InterruptedException {
        // Whatever begins in the background has begun by then.
        Thread.sleep(2_000);
        System.gc();
        String resident = Files.readAllLines(Path.of("/proc/self/status"))
            .stream()
            .filter((line) -> line.startsWith("VmRSS:"))
            .findFirst()
            .orElse("0")
            .replaceAll("\\D", "");
        System.out.println(RESULT + milliseconds + " " + cpuMilliseconds + " "
                + ManagementFactory.getThreadMXBean().getThreadCount() + " " + resident + " "
                + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + " "
                + ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
    }

    /** Nothing but auto-configurations. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

    }

    /** Returns what it is given. */
    @WorkflowInterface
    public interface EchoWorkflow {

        @WorkflowMethod
        byte[] echo(byte[] bytes);

    }

    /** The workflow. */
    public static class Echo implements EchoWorkflow {

        @Override
        public byte[] echo(byte[] bytes) {
            return bytes;
        }

    }

}
