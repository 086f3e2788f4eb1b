package io.github.claimcheck.temporal.benchmark;

import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Runs a workload and keeps its result for queries. */
@WorkflowInterface
public interface WorkloadWorkflow {

    @WorkflowMethod
    byte[] run(Workload.Order order, byte[] input);

    @QueryMethod
    byte[] result();

    /** The implementation. */
    class Implementation implements WorkloadWorkflow {

        private final WorkloadActivities activities = Workflow.newActivityStub(WorkloadActivities.class,
                WorkloadActivities.options());

        private byte[] result = new byte[0];

        @Override
        public byte[] run(Workload.Order order, byte[] input) {
            this.result = order.workload().run(this.activities, order, input);
            return this.result;
        }

        @Override
        public byte[] result() {
            return this.result;
        }

    }

}
