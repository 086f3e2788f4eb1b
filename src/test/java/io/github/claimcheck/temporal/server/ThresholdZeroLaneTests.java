package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.testing.TransferWorkflow.shift;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.github.claimcheck.temporal.testing.TransferWorkflow;
import io.github.claimcheck.temporal.testing.TransferWorkflow.TransferActivity;
import io.temporal.activity.ActivityOptions;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleActionStartWorkflow;
import io.temporal.client.schedules.ScheduleHandle;
import io.temporal.client.schedules.ScheduleOptions;
import io.temporal.client.schedules.ScheduleSpec;
import io.temporal.common.SearchAttributeKey;
import io.temporal.common.SearchAttributes;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests a threshold of 0, at which all payloads are stored, including the SDK's internal
 * ones.
 */
@TemporalServerTest
class ThresholdZeroLaneTests {

    private static final SearchAttributeKey<List<String>> BUILD_IDS = SearchAttributeKey.forKeywordList("BuildIds");

    private static ServerApplication application;

    private final String workflowId = UUID.randomUUID().toString();

    @BeforeAll
    static void start() {
        application = new ServerApplication(Application.class,
                ServerApplication.workflows(Everything.Implementation.class),
                "worker.activity-beans[0]=transferActivity", "temporal.external-storage.threshold=0");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void storesAndRetrievesEveryPayload() {
        Everything workflow = application.getClient()
            .newWorkflowStub(Everything.class,
                    application.options(this.workflowId)
                        .setMemo(Map.of("memo", "m"))
                        .setStaticSummary("a summary")
                        .setTypedSearchAttributes(SearchAttributes.newBuilder().set(BUILD_IDS, List.of("one")).build())
                        .build());
        ApplicationFailure failure = (ApplicationFailure) catchThrowableOfType(WorkflowFailedException.class,
                () -> workflow.run(new byte[] { 1, 2, 3 }))
            .getCause();
        // Input, local activity, activity, side effect.
        assertThat(failure.getDetails().get(byte[].class)).containsExactly(4, 5, 6);

        List<HistoryEvent> events = application.events(this.workflowId);
        List<Payload> payloads = events.stream()
            .flatMap((event) -> ServerApplication.payloads(event).stream())
            .toList();
        assertThat(payloads).allMatch(StorageReference::isReference);
        // Input, memo, summary; version's and local activity's markers; activity; side
        // effect; memo; details.
        assertThat(application.references(this.workflowId)).hasSameSizeAs(payloads).hasSizeGreaterThanOrEqualTo(11);
        // The server itself reads search attributes.
        assertThat(events.get(0)
            .getWorkflowExecutionStartedEventAttributes()
            .getSearchAttributes()
            .getIndexedFieldsOrThrow("BuildIds")).matches((payload) -> !StorageReference.isReference(payload));
        assertThat(application.getClient().newUntypedWorkflowStub(this.workflowId).describe().getStaticSummary())
            .isEqualTo("a summary");
    }

    @Test
    void keepsAScheduleWithAMemoUsable() {
        String scheduleId = UUID.randomUUID().toString();
        ScheduleHandle schedule = application.getScheduleClient()
            .createSchedule(scheduleId,
                    Schedule.newBuilder()
                        .setAction(ScheduleActionStartWorkflow.newBuilder()
                            .setWorkflowType("Everything")
                            .setOptions(WorkflowOptions.newBuilder()
                                .setWorkflowId(this.workflowId)
                                .setTaskQueue(application.getTaskQueue())
                                .build())
                            .setArguments((Object) new byte[] { 1, 2, 3 })
                            .build())
                        .setSpec(ScheduleSpec.newBuilder().build())
                        .build(),
                    ScheduleOptions.newBuilder().setMemo(Map.of("owner", "someone")).build());
        try {
            assertThat(schedule.describe().getMemo("owner", String.class)).isEqualTo("someone");
            assertThat(((ScheduleActionStartWorkflow) schedule.describe().getSchedule().getAction()).getArguments()
                .get(0, byte[].class)).containsExactly(1, 2, 3);
        }
        finally {
            schedule.delete();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        TransferActivity transferActivity() {
            return new TransferWorkflow.ActivityImplementation();
        }

    }

    @WorkflowInterface
    public interface Everything {

        @WorkflowMethod
        void run(byte[] bytes);

        class Implementation implements Everything {

            @Override
            public void run(byte[] bytes) {
                Workflow.getVersion("change", Workflow.DEFAULT_VERSION, 1);
                byte[] local = Workflow
                    .newLocalActivityStub(TransferActivity.class,
                            LocalActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofSeconds(30)).build())
                    .handle(bytes);
                byte[] remote = Workflow
                    .newActivityStub(TransferActivity.class,
                            ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofSeconds(30)).build())
                    .handle(local);
                byte[] noted = Workflow.sideEffect(byte[].class, () -> shift(remote, 1));
                Workflow.upsertMemo(Map.of("memo", Workflow.getMemo("memo", String.class, String.class) + "n"));
                Workflow.sleep(Duration.ofMillis(1));
                throw ApplicationFailure.newNonRetryableFailure("as asked", "Test", noted);
            }

        }

    }

}
