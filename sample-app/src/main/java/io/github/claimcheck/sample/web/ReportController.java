package io.github.claimcheck.sample.web;

import io.github.claimcheck.sample.SampleProperties;
import io.github.claimcheck.sample.history.PayloadHistory;
import io.github.claimcheck.sample.history.PayloadRow;
import io.github.claimcheck.sample.report.ReportActivities;
import io.github.claimcheck.sample.report.ReportService;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import org.springframework.web.util.UriComponentsBuilder;

/** Creates reports from CSV files and hands them out. */
@RestController
@RequestMapping("/reports")
class ReportController {

    private static final MediaType HTML_UTF_8 = new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8);

    private final ReportService reports;

    private final PayloadHistory history;

    private final long maxUploadBytes;

    ReportController(ReportService reports, PayloadHistory history, SampleProperties properties) {
        this.reports = reports;
        this.history = history;
        this.maxUploadBytes = properties.maxUploadSize().toBytes();
    }

    /** A report and where to find it. */
    record ReportResource(String workflowId, String status, URI report, URI history) {
    }

    @PostMapping(consumes = "text/csv")
    ResponseEntity<ReportResource> create(InputStream body) throws IOException {
        byte[] csv = body.readNBytes(Math.toIntExact(maxUploadBytes + 1));
        if (csv.length == 0) {
            throw problem(HttpStatus.BAD_REQUEST, "The request has no body");
        }
        if (csv.length > maxUploadBytes) {
            throw problem(HttpStatus.CONTENT_TOO_LARGE,
                    "The file has more than the %d bytes that sample.max-upload-size allows".formatted(maxUploadBytes));
        }
        return running(reports.start(csv));
    }

    /** The report; while the workflow runs, that it does. */
    @GetMapping("/{workflowId}")
    ResponseEntity<?> report(@PathVariable String workflowId) {
        WorkflowStub workflow = reports.find(workflowId);
        if (workflow.describe().getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING) {
            return running(workflowId);
        }
        return ResponseEntity.ok().contentType(HTML_UTF_8).body(workflow.getResult(byte[].class));
    }

    /** The payloads in the workflow's event history. */
    @GetMapping("/{workflowId}/history")
    List<PayloadRow> history(@PathVariable String workflowId) {
        reports.find(workflowId).describe();
        return history.read(workflowId);
    }

    @ExceptionHandler
    ProblemDetail notFound(WorkflowNotFoundException ex) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND,
                "There is no report " + ex.getExecution().getWorkflowId());
    }

    @ExceptionHandler
    ProblemDetail failed(WorkflowFailedException ex) {
        for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApplicationFailure failure) {
                boolean senderIsToBlame = ReportActivities.INVALID_CSV.equals(failure.getType());
                return ProblemDetail.forStatusAndDetail(
                        senderIsToBlame ? HttpStatus.UNPROCESSABLE_CONTENT : HttpStatus.INTERNAL_SERVER_ERROR,
                        failure.getOriginalMessage());
            }
        }
        return ProblemDetail.forStatusAndDetail(HttpStatus.INTERNAL_SERVER_ERROR, ex.getMessage());
    }

    private static ResponseEntity<ReportResource> running(String workflowId) {
        UriComponentsBuilder reports = ServletUriComponentsBuilder.fromCurrentContextPath()
            .pathSegment("reports", workflowId);
        URI report = reports.build().toUri();
        URI history = reports.pathSegment("history").build().toUri();
        return ResponseEntity.accepted()
            .location(report)
            .body(new ReportResource(workflowId, "running", report, history));
    }

    private static ErrorResponseException problem(HttpStatus status, String detail) {
        return new ErrorResponseException(status, ProblemDetail.forStatusAndDetail(status, detail), null);
    }

}
