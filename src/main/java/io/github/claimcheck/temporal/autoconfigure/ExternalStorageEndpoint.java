package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.audit.AuditBound;
import io.github.claimcheck.temporal.audit.BulkAuditor;
import io.github.claimcheck.temporal.audit.HistoryAuditor;
import io.github.claimcheck.temporal.health.DriverHealth;
import io.github.claimcheck.temporal.health.StorageHealth;
import io.github.claimcheck.temporal.internal.Quoted;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.client.WorkflowClient;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.util.StringUtils;

/**
 * The Actuator endpoint {@code externalstorage}. It tells how the application stores, and
 * audits histories: whether each reference leads to what was stored. It never answers
 * payload bytes.
 * <p>
 * Thread-safe. An audit blocks its caller; there are two at the same time at most.
 */
@Endpoint(id = "externalstorage")
@SuppressWarnings("deprecation") // Spring Boot 3 knows optional parameters by Spring's
                                 // annotation alone.
class ExternalStorageEndpoint {

    private static final int MAX_REFERENCES = 10_000;

    private static final int MAX_WORKFLOWS = 10_000;

    private static final Duration MAX_TIME = Duration.ofMinutes(10);

    private static final int TOO_MANY_REQUESTS = 429;

    private final StorageOverview overview;

    private final StorageHealth health;

    private final ApplicationClients clients;

    private final HistoryAuditor auditor;

    private final ExternalStorageEndpointProperties properties;

    private final Sanitizer sanitizer;

    private final Semaphore audits = new Semaphore(2);

    ExternalStorageEndpoint(StorageOverview overview, StorageHealth health, ApplicationClients clients,
            ExternalStorageEndpointProperties properties, Sanitizer sanitizer) {
        this.overview = overview;
        this.health = health;
        this.clients = clients;
        this.auditor = new HistoryAuditor(overview.getRegistered());
        this.properties = properties;
        this.sanitizer = sanitizer;
    }

    /**
     * Describes the external storage, or audits the history of a workflow.
     * @param workflowId the id of the workflow to audit; null for the description
     * @param runId the id of the run; null for the latest
     * @param namespace the namespace; null for the root one
     * @param from the number of the reference to go on with; null to begin
     * @param limit the maximum number of references; null for 1,000
     * @param timeout the maximum time; null for a minute
     * @param security who asks
     * @return the description or the audit
     */
    @ReadOperation
    WebEndpointResponse<?> read(@org.springframework.lang.Nullable String workflowId,
            @org.springframework.lang.Nullable String runId, @org.springframework.lang.Nullable String namespace,
            @org.springframework.lang.Nullable Integer from, @org.springframework.lang.Nullable Integer limit,
            @org.springframework.lang.Nullable Duration timeout, SecurityContext security) {
        PlaceSanitizer places = new PlaceSanitizer(this.sanitizer,
                this.properties.getShowValues().isShown(security, this.properties.getRoles()));
        return answer(() -> {
            if (!StringUtils.hasText(workflowId)) {
                if (runId != null || from != null) {
                    throw new InvalidParameter("runId and from need a workflowId. Add workflowId");
                }
                return new WebEndpointResponse<>(describe(places));
            }
            if (from != null && from < 0) {
                throw new InvalidParameter("from is out of range. Set it to what next was, or leave it out");
            }
            AuditBound bound = new AuditBound(within("limit", limit, 1000, MAX_REFERENCES), time(timeout));
            WorkflowExecution workflow = WorkflowExecution.newBuilder()
                .setWorkflowId(workflowId)
                .setRunId((runId != null) ? runId : "")
                .build();
            return audit(namespace, (client) -> places
                .sanitized(this.auditor.audit(client, workflow, (from != null) ? from : 0, bound)));
        });
    }

    /** Says in the answer what is wrong with a parameter, which Spring Boot would not. */
    private static WebEndpointResponse<?> answer(Supplier<WebEndpointResponse<?>> answer) {
        try {
            return answer.get();
        }
        catch (InvalidParameter ex) {
            return problem(WebEndpointResponse.STATUS_BAD_REQUEST, String.valueOf(ex.getMessage()));
        }
    }

    /**
     * Audits the histories that a visibility query finds.
     * @param operation {@code audit}
     * @param query the query; null for all workflows
     * @param namespace the namespace; null for the root one
     * @param maxWorkflows the maximum number of workflows; null for 100
     * @param maxReferences the maximum number of references; null for 10,000
     * @param timeout the maximum time; null for a minute
     * @param next the token of an earlier audit to go on with; null to begin
     * @return the totals
     */
    @WriteOperation
    WebEndpointResponse<?> audit(@Selector String operation, @org.springframework.lang.Nullable String query,
            @org.springframework.lang.Nullable String namespace,
            @org.springframework.lang.Nullable Integer maxWorkflows,
            @org.springframework.lang.Nullable Integer maxReferences,
            @org.springframework.lang.Nullable Duration timeout, @org.springframework.lang.Nullable String next) {
        if (!operation.equals("audit")) {
            return problem(WebEndpointResponse.STATUS_NOT_FOUND,
                    "There is no operation '" + Quoted.of(operation) + "'. POST to externalstorage/audit");
        }
        if (next != null && !BulkAuditor.isToken(next)) {
            return problem(WebEndpointResponse.STATUS_BAD_REQUEST, "next is not what an earlier audit returned");
        }
        return answer(() -> {
            AuditBound bound = new AuditBound(
                    within("maxReferences", maxReferences, MAX_REFERENCES, 100 * MAX_REFERENCES), time(timeout));
            int workflows = within("maxWorkflows", maxWorkflows, 100, MAX_WORKFLOWS);
            return audit(namespace, (client) -> new BulkAuditor(this.auditor).audit(client,
                    (query != null) ? query : "", workflows, next, bound));
        });
    }

    private WebEndpointResponse<?> audit(@Nullable String namespace, Function<WorkflowClient, Object> audit) {
        WorkflowClient client = this.clients.find(namespace);
        if (client == null) {
            return problem(WebEndpointResponse.STATUS_NOT_FOUND, "The application has no workflow client of "
                    + ((namespace != null) ? "the namespace '" + Quoted.of(namespace) + "'" : "its root namespace")
                    + ". It has: " + this.clients.byNamespace().keySet());
        }
        if (!this.audits.tryAcquire()) {
            return problem(TOO_MANY_REQUESTS, "Two audits are running. Try again once one of them has ended");
        }
        try {
            return new WebEndpointResponse<>(audit.apply(client));
        }
        catch (StatusRuntimeException ex) {
            return problem(status(ex), "The Temporal server answered "
                    + Quoted.of(ex.getStatus().getCode() + ": " + ex.getStatus().getDescription()));
        }
        finally {
            this.audits.release();
        }
    }

    private static int status(StatusRuntimeException failure) {
        return switch (failure.getStatus().getCode()) {
            case NOT_FOUND -> WebEndpointResponse.STATUS_NOT_FOUND;
            case INVALID_ARGUMENT -> WebEndpointResponse.STATUS_BAD_REQUEST;
            case PERMISSION_DENIED, UNAUTHENTICATED -> 502;
            default -> WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE;
        };
    }

    private static WebEndpointResponse<?> problem(int status, String error) {
        return new WebEndpointResponse<>(Map.of("error", error), status);
    }

    private static int within(String parameter, @Nullable Integer value, int defaultValue, int max) {
        int chosen = (value != null) ? value : defaultValue;
        if (chosen < 1 || chosen > max) {
            throw new InvalidParameter(parameter + " is out of range. Set it to a number from 1 to " + max);
        }
        return chosen;
    }

    private static Duration time(@Nullable Duration timeout) {
        Duration chosen = (timeout != null) ? timeout : Duration.ofMinutes(1);
        if (chosen.isNegative() || chosen.isZero() || chosen.compareTo(MAX_TIME) > 0) {
            throw new InvalidParameter("timeout is out of range. Set it to a duration of up to 10m, such as 1m");
        }
        return chosen;
    }

    private Map<String, Object> describe(PlaceSanitizer places) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("threshold", this.overview.getThreshold());
        description.put("drivers",
                this.overview.getDrivers().stream().map((driver) -> describe(driver, places)).toList());
        description.put("selector", this.overview.describeSelector());
        description.put("cache", this.overview.describeCache());
        description.put("transfers", this.overview.describeTransfers());
        Map<String, Object> namespaces = new LinkedHashMap<>();
        this.clients.byNamespace()
            .forEach((namespace, client) -> namespaces.put(namespace, StorageOverview.describe(client)));
        description.put("namespaces", namespaces);
        return description;
    }

    private Map<String, Object> describe(StorageDriver driver, PlaceSanitizer places) {
        Map<String, Object> description = StorageOverview.describe(driver);
        Map<String, String> place = StorageOverview.place(driver);
        description.put("place", places.sanitized(driver.getName() + ".", place));
        DriverHealth driverHealth = this.health.get(driver.getName());
        Map<String, Object> details = new LinkedHashMap<>(driverHealth.details());
        details.keySet().removeAll(place.keySet());
        details.remove("type");
        for (String naming : List.of("message", "expiry")) {
            details.computeIfPresent(naming, (name, value) -> places.sanitized(driver.getName() + "." + name, value));
        }
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("status", driverHealth.status());
        described.put("details", details);
        description.put("health", described);
        return description;
    }

    /** A parameter has a value that it cannot have. */
    @SuppressWarnings("serial") // It is never serialized.
    private static final class InvalidParameter extends RuntimeException {

        InvalidParameter(String message) {
            super(message);
        }

    }

}
