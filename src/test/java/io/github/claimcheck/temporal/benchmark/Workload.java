package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Workloads of workflows with large payloads, with their default sizes.
 */
enum Workload {

    PASS_THROUGH("3 MB input handed through 3 activities and returned", 3, 3_000_000, true) {

        @Override
        byte[] run(WorkloadActivities activities, Order order, byte[] input) {
            byte[] bytes = input;
            for (int i = 0; i < order.count(); i++) {
                bytes = activities.pass(bytes);
            }
            return bytes;
        }

    },

    TRANSFORM("3 MB input, 3 activities each make a new 3 MB of it", 3, 3_000_000, true) {

        @Override
        byte[] run(WorkloadActivities activities, Order order, byte[] input) {
            byte[] bytes = input;
            for (int i = 0; i < order.count(); i++) {
                bytes = activities.transform(bytes, order.seed(i));
            }
            return bytes;
        }

    },

    FAN_OUT("50 activities make 1 MB each", 50, 1_000_000, false) {

        @Override
        byte[] run(WorkloadActivities activities, Order order, byte[] input) {
            check(order.totalSize(), make(activities, order).stream().mapToLong((bytes) -> bytes.length).sum());
            return new byte[0];
        }

    },

    FAN_OUT_AND_MEASURE("20 activities make 1 MB each, 20 more measure them", 20, 1_000_000, false) {

        @Override
        byte[] run(WorkloadActivities activities, Order order, byte[] input) {
            List<Integer> sizes = all(make(activities, order), (bytes) -> Async.function(activities::measure, bytes));
            check(order.totalSize(), sizes.stream().mapToLong(Integer::longValue).sum());
            return new byte[0];
        }

    },

    SCATTER("20 activities get 1 MB each, in one task", 20, 1_000_000, false) {

        @Override
        byte[] run(WorkloadActivities activities, Order order, byte[] input) {
            List<Integer> sizes = all(IntStream.range(0, order.count()).boxed().toList(),
                    (i) -> Async.function(activities::measure, Payloads.bytes(order.size(), order.seed(i))));
            check(order.totalSize(), sizes.stream().mapToLong(Integer::longValue).sum());
            return new byte[0];
        }

    },

    FAN_IN("20 activities make 1 MB each, one takes all", 20, 1_000_000, false) {

        @Override
        byte[] run(WorkloadActivities activities, Order order, byte[] input) {
            check(order.totalSize(), WorkloadActivities.measureAll(make(activities, order)));
            return new byte[0];
        }

    },

    CONVERSATION("10 turns, each adding 300 KB to what the last returned", 10, 300_000, false) {

        @Override
        byte[] run(WorkloadActivities activities, Order order, byte[] input) {
            byte[] conversation = input;
            for (int i = 0; i < order.count(); i++) {
                conversation = activities.append(conversation, order.size(), order.seed(i));
            }
            check(order.totalSize(), conversation.length);
            return conversation;
        }

    };

    private static final AtomicLong RUNS = new AtomicLong();

    private final String title;

    private final int count;

    private final int size;

    private final boolean input;

    Workload(String title, int count, int size, boolean input) {
        this.title = title;
        this.count = count;
        this.size = size;
        this.input = input;
    }

    /** Runs the workload in a workflow. */
    abstract byte[] run(WorkloadActivities activities, Order order, byte[] input);

    String title() {
        return this.title;
    }

    /** Returns an order of this workload's default size. */
    Order order() {
        return order(this.count, this.size);
    }

    /** Returns an order with content unique in this process. */
    Order order(int count, int size) {
        return new Order(this, count, size, RUNS.incrementAndGet());
    }

    private static List<byte[]> make(WorkloadActivities activities, Order order) {
        return all(IntStream.range(0, order.count()).boxed().toList(),
                (i) -> Async.function(activities::make, order.size(), order.seed(i)));
    }

    private static <I, R> List<R> all(List<I> items, Function<I, Promise<R>> start) {
        List<Promise<R>> promises = items.stream().map(start).toList();
        Promise.allOf(promises).get();
        return promises.stream().map(Promise::get).toList();
    }

    private static void check(long expected, long actual) {
        if (expected != actual) {
            throw new IllegalStateException("There should be " + expected + " bytes, not " + actual);
        }
    }

    /**
     * The input of a workflow.
     *
     * @param workload the workload
     * @param count the number of activities or turns
     * @param size the size of each payload
     * @param run the number that makes the content unique
     */
    record Order(Workload workload, int count, int size, long run) {

        long totalSize() {
            return (long) this.count * this.size;
        }

        long seed(int index) {
            return this.run * 10_000 + index;
        }

        byte[] input() {
            return this.workload.input ? Payloads.bytes(this.size, seed(9_999)) : new byte[0];
        }

    }

}
