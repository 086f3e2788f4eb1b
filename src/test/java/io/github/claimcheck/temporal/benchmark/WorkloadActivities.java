package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.activity.DynamicActivity;
import io.temporal.common.converter.EncodedValues;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The activities of workloads. */
@ActivityInterface
public interface WorkloadActivities {

    byte[] pass(byte[] bytes);

    byte[] transform(byte[] bytes, long seed);

    byte[] make(int size, long seed);

    byte[] append(byte[] bytes, int size, long seed);

    int measure(byte[] bytes);

    static ActivityOptions options() {
        return ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofMinutes(2)).build();
    }

    /** Runs one activity with each payload as a separate argument. */
    static int measureAll(List<byte[]> arguments) {
        return Workflow.newUntypedActivityStub(options()).execute("MeasureAll", Integer.class, arguments.toArray());
    }

    /** The implementation. */
    class Implementation implements WorkloadActivities {

        @Override
        public byte[] pass(byte[] bytes) {
            return bytes;
        }

        @Override
        public byte[] transform(byte[] bytes, long seed) {
            return Payloads.bytes(bytes.length, seed);
        }

        @Override
        public byte[] make(int size, long seed) {
            return Payloads.bytes(size, seed);
        }

        @Override
        public byte[] append(byte[] bytes, int size, long seed) {
            byte[] longer = Arrays.copyOf(bytes, bytes.length + size);
            System.arraycopy(Payloads.bytes(size, seed), 0, longer, bytes.length, size);
            return longer;
        }

        @Override
        public int measure(byte[] bytes) {
            return bytes.length;
        }

    }

    /** Takes any number of arguments. */
    class MeasureAll implements DynamicActivity {

        @Override
        public Object execute(EncodedValues arguments) {
            return IntStream.range(0, arguments.getSize()).map((i) -> arguments.get(i, byte[].class).length).sum();
        }

    }

}
