package io.github.claimcheck.temporal.expiry;

import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.api.workflowservice.v1.DescribeNamespaceResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads the retention period of namespaces from their server. */
final class Retention {

    private static final int TIMEOUT_SECONDS = 10;

    private Retention() {
    }

    /**
     * Reads a namespace's retention period. Blocks.
     * @throws io.grpc.StatusRuntimeException if the server does not answer
     */
    static Answer read(NamespaceStorage storage) {
        DescribeNamespaceResponse response = storage.stubs()
            .blockingStub()
            .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .describeNamespace(DescribeNamespaceRequest.newBuilder().setNamespace(storage.namespace()).build());
        long seconds = response.getConfig().getWorkflowExecutionRetentionTtl().getSeconds();
        return new Answer((seconds > 0) ? Duration.ofSeconds(seconds) : null);
    }

    /**
     * What a server says.
     *
     * @param period the retention period; null if there is none, as on a server for tests
     */
    record Answer(@Nullable Duration period) {

    }

}
