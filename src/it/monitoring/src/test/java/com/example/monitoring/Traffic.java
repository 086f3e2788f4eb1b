package com.example.monitoring;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Clients that start workflows again and again, whatever happens to them: two for each
 * driver, so that those of other drivers go on when a store hangs.
 */
final class Traffic implements AutoCloseable {

    private static final int CLIENTS = 2;

    private final Random random = new Random();

    private final ScheduledExecutorService clients;

    private final WorkflowClient workflows;

    Traffic(WorkflowClient workflows, String... prefixes) {
        this.workflows = workflows;
        this.clients = Executors.newScheduledThreadPool(CLIENTS * prefixes.length);
        for (String prefix : prefixes) {
            for (int i = 0; i < CLIENTS; i++) {
                this.clients.scheduleWithFixedDelay(() -> tryToStart(prefix), 0, 1, TimeUnit.SECONDS);
            }
        }
    }

    private void tryToStart(String prefix) {
        try {
            start(prefix, 4000, Duration.ofSeconds(30));
        }
        catch (RuntimeException ex) {
            // A client meets the failures that the alerts are about.
        }
    }

    /** Starts a workflow with a document of this size, and returns its id. */
    String start(String prefix, int size) {
        return start(prefix, size, Duration.ofMinutes(3));
    }

    private String start(String prefix, int size, Duration timeout) {
        byte[] document = new byte[size];
        this.random.nextBytes(document);
        String id = prefix + UUID.randomUUID();
        WorkflowClient.start(this.workflows.newWorkflowStub(ScanWorkflow.class,
                WorkflowOptions.newBuilder()
                    .setWorkflowId(id)
                    .setTaskQueue("scans")
                    .setWorkflowExecutionTimeout(timeout)
                    .build())::reverse,
                document);
        return id;
    }

    /** Starts a workflow, and returns its id once it has completed. */
    String run(String prefix) {
        String id = start(prefix, 4000);
        result(id);
        return id;
    }

    byte[] result(String workflowId) {
        return this.workflows.newUntypedWorkflowStub(workflowId).getResult(byte[].class);
    }

    @Override
    public void close() {
        this.clients.shutdownNow();
    }

}
