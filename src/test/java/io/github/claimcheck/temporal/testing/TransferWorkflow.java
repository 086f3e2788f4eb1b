package io.github.claimcheck.temporal.testing;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;

/**
 * Hands its input to an activity, and returns what the activity makes of it, changed once
 * more.
 */
@WorkflowInterface
public interface TransferWorkflow {

    String TASK_QUEUE = "transfer";

    @WorkflowMethod
    byte[] transfer(byte[] input);

    @SignalMethod
    void add(byte[] bytes);

    @QueryMethod
    byte[] added();

    /**
     * Returns the same bytes, each changed by the same amount, so that every step has
     * content of its own.
     */
    static byte[] shift(byte[] bytes, int by) {
        byte[] shifted = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            shifted[i] = (byte) (bytes[i] + by);
        }
        return shifted;
    }

    /** The implementation, without a word about external storage. */
    class Implementation implements TransferWorkflow {

        private final TransferActivity activity = Workflow.newActivityStub(TransferActivity.class,
                ActivityOptions.newBuilder()
                    .setStartToCloseTimeout(Duration.ofSeconds(30))
                    .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(2).build())
                    .build());

        private byte[] added = new byte[0];

        @Override
        public byte[] transfer(byte[] input) {
            return shift(this.activity.handle(input), 1);
        }

        @Override
        public void add(byte[] bytes) {
            this.added = bytes;
        }

        @Override
        public byte[] added() {
            return this.added;
        }

    }

    @ActivityInterface
    interface TransferActivity {

        @ActivityMethod
        byte[] handle(byte[] bytes);

    }

    /** The activity. */
    class ActivityImplementation implements TransferActivity {

        @Override
        public byte[] handle(byte[] bytes) {
            return shift(bytes, 1);
        }

    }

}
