package io.github.claimcheck.sample.startup;

import io.github.claimcheck.sample.SampleProperties;
import io.github.claimcheck.sample.history.PayloadHistory;
import io.github.claimcheck.sample.report.OrdersGenerator;
import io.github.claimcheck.sample.report.ReportService;
import io.micrometer.core.instrument.MeterRegistry;
import io.temporal.client.WorkflowException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Creates one report as soon as the application is ready and prints what became of its
 * payloads.
 */
@Component
@ConditionalOnBooleanProperty("sample.run-at-start")
class RunAtStart {

    private final ReportService reports;

    private final PayloadHistory history;

    private final MeterRegistry meters;

    private final SampleProperties properties;

    private final Environment environment;

    RunAtStart(ReportService reports, PayloadHistory history, MeterRegistry meters, SampleProperties properties,
            Environment environment) {
        this.reports = reports;
        this.history = history;
        this.meters = meters;
        this.properties = properties;
        this.environment = environment;
    }

    /**
     * The workers start on the same event; their listener is a bean, and those are called
     * before annotated methods.
     */
    @EventListener(ApplicationReadyEvent.class)
    void run() throws IOException {
        Path ordersFile = properties.ordersFile().toAbsolutePath();
        byte[] csv = OrdersGenerator.generate(properties.ordersSize().toBytes());
        Files.createDirectories(ordersFile.getParent());
        Files.write(ordersFile, csv);
        System.out.println(createReport(csv, ordersFile));
    }

    private RunSummary createReport(byte[] csv, Path ordersFile) {
        long timeout = properties.runTimeout().toSeconds();
        try {
            long started = System.nanoTime();
            String workflowId = reports.start(csv);
            byte[] report = reports.find(workflowId).getResult(timeout, TimeUnit.SECONDS, byte[].class);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);

            RunSummary summary = new RunSummary();
            summary.run(workflowId, csv.length, report.length, millis);
            summary.payloads(history.read(workflowId));
            summary.meters(meters);
            if (properties.webUi() != null) {
                summary.webUi(properties.webUi(), environment.getRequiredProperty("spring.temporal.namespace"),
                        workflowId);
            }
            summary.whatToTry("http://localhost:" + environment.getProperty("local.server.port"), workflowId,
                    ordersFile, properties.storeDirectory());
            return summary;
        }
        catch (TimeoutException ex) {
            throw new StartupException("The report created at start was not ready after %d s.".formatted(timeout),
                    "Look for errors above, or allow more time with sample.run-timeout.", ex);
        }
        catch (WorkflowException ex) {
            throw new StartupException("The report created at start failed:" + messages(ex),
                    "Remove the cause, or start without this report: sample.run-at-start=false.", ex);
        }
    }

    /**
     * The messages of an exception and its causes, without those that only repeat a part
     * of one before.
     */
    private static String messages(Throwable failure) {
        StringBuilder messages = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null && messages.indexOf(message) < 0) {
                messages.append(System.lineSeparator()).append("    ").append(message);
            }
        }
        return messages.toString();
    }

}
