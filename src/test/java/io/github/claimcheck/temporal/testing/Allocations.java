package io.github.claimcheck.temporal.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What the threads of this process have allocated on the heap, by thread.
 *
 * @param bytes the bytes of each thread by its id
 */
public record Allocations(Map<Long, Long> bytes) {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Returns what has been allocated until now, but by the threads of a relay. */
    public static Allocations now() {
        long[] ids = Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
            .filter((thread) -> thread != null && !thread.getThreadName().equals(TlsRelay.THREADS))
            .mapToLong(ThreadInfo::getThreadId)
            .toArray();
        long[] allocated = THREADS.getThreadAllocatedBytes(ids);
        Map<Long, Long> bytes = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            bytes.put(ids[i], allocated[i]);
        }
        return new Allocations(bytes);
    }

    /**
     * Returns what all threads have allocated since another time, but for those that have
     * ended.
     */
    public long since(Allocations before) {
        return this.bytes.entrySet()
            .stream()
            .mapToLong((thread) -> thread.getValue() - before.bytes.getOrDefault(thread.getKey(), 0L))
            .sum();
    }

}
