package io.github.claimcheck.temporal.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.api.worker.v1.StorageDriverInfo;
import io.temporal.api.worker.v1.WorkerHeartbeat;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.api.workflowservice.v1.PollNexusTaskQueueRequest;
import io.temporal.api.workflowservice.v1.RecordWorkerHeartbeatRequest;
import io.temporal.api.workflowservice.v1.ShutdownWorkerRequest;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That it arrives is tested on a server by {@code TaskReportTests}. */
class DriverHeartbeatPluginTests {

    private static final WorkerHeartbeat HEARTBEAT = WorkerHeartbeat.newBuilder().setTaskQueue("queue").build();

    private final DriverHeartbeatPlugin plugin = new DriverHeartbeatPlugin(() -> storage("ours", "other", "ours"));

    @BeforeEach
    void configureClients() {
        this.plugin.configureWorkflowClient(WorkflowClientOptions.newBuilder().setNamespace("home"));
        this.plugin.configureWorkflowClient(
                WorkflowClientOptions.newBuilder().setNamespace("own").setExternalStorage(storage("theirs")));
    }

    @Test
    void everyRequestWithHeartbeatsHasTheTypesOfTheDriversOnce() {
        RecordWorkerHeartbeatRequest recorded = sent(RecordWorkerHeartbeatRequest.newBuilder()
            .setNamespace("home")
            .addWorkerHeartbeat(HEARTBEAT)
            .addWorkerHeartbeat(HEARTBEAT)
            .build());
        assertThat(recorded.getWorkerHeartbeatList()).hasSize(2).allSatisfy((heartbeat) -> {
            assertThat(heartbeat.getTaskQueue()).isEqualTo("queue");
            assertThat(types(heartbeat)).containsExactly("ours", "other");
        });
        assertThat(types(
                sent(ShutdownWorkerRequest.newBuilder().setNamespace("home").setWorkerHeartbeat(HEARTBEAT).build())
                    .getWorkerHeartbeat()))
            .containsExactly("ours", "other");
        assertThat(types(
                sent(PollNexusTaskQueueRequest.newBuilder().setNamespace("home").addWorkerHeartbeat(HEARTBEAT).build())
                    .getWorkerHeartbeat(0)))
            .containsExactly("ours", "other");
    }

    @Test
    void aClientWithItsOwnStorageHasItsOwnDrivers() {
        assertThat(types(sent(
                RecordWorkerHeartbeatRequest.newBuilder().setNamespace("own").addWorkerHeartbeat(HEARTBEAT).build())
            .getWorkerHeartbeat(0))).containsExactly("theirs");
    }

    @Test
    void driversThatTheSdkNamesRemain() {
        WorkerHeartbeat named = HEARTBEAT.toBuilder()
            .addDrivers(StorageDriverInfo.newBuilder().setType("named"))
            .build();
        assertThat(types(
                sent(RecordWorkerHeartbeatRequest.newBuilder().setNamespace("home").addWorkerHeartbeat(named).build())
                    .getWorkerHeartbeat(0)))
            .containsExactly("named");
    }

    @Test
    void nothingElseChanges() {
        ShutdownWorkerRequest withoutHeartbeat = ShutdownWorkerRequest.newBuilder().setNamespace("home").build();
        assertThat(sent(withoutHeartbeat)).isEqualTo(withoutHeartbeat);
        RecordWorkerHeartbeatRequest elsewhere = RecordWorkerHeartbeatRequest.newBuilder()
            .setNamespace("elsewhere")
            .addWorkerHeartbeat(HEARTBEAT)
            .build();
        assertThat(sent(elsewhere)).isEqualTo(elsewhere);
        GetSystemInfoRequest other = GetSystemInfoRequest.getDefaultInstance();
        assertThat(sent(other)).isSameAs(other);
    }

    @SuppressWarnings("unchecked")
    private <M extends Message> M sent(M request) {
        return (M) this.plugin.withDrivers(request);
    }

    private static List<String> types(WorkerHeartbeat heartbeat) {
        return heartbeat.getDriversList().stream().map(StorageDriverInfo::getType).toList();
    }

    private static ExternalStorage storage(String... types) {
        int[] names = new int[1];
        return ExternalStorage.newBuilder()
            .setDrivers(
                    Stream.of(types).<StorageDriver>map((type) -> new TypedDriver(type + names[0]++, type)).toList())
            .setDriverSelector((context, payload) -> null)
            .build();
    }

    private static final class TypedDriver extends DelegatingStorageDriver {

        private final String type;

        TypedDriver(String name, String type) {
            super(new RecordingStorageDriver(name));
            this.type = type;
        }

        @Override
        public String getType() {
            return this.type;
        }

    }

}
