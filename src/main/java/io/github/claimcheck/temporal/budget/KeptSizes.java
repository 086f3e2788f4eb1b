package io.github.claimcheck.temporal.budget;

import io.temporal.api.common.v1.Memo;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowExecutionStartedEventAttributes;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sizes of the inline payloads that the server keeps with a running workflow: its
 * memo, and the last heartbeats of its activities. Requests add to them, and the server
 * terminates a workflow with too many: of 2 MB in the memo, or of 8 MB in all.
 * <p>
 * A worker learns of the memo from history, and of heartbeats when it sends them. It does
 * not know those of other workers. Remembers the latest 50,000 payloads of 1 KB or more.
 * <p>
 * Thread-safe.
 */
final class KeptSizes {

    private static final int MAXIMUM = 50_000;

    private final Map<String, Long> totals = new HashMap<>();

    private final Map<Slot, Integer> sizes = new LinkedHashMap<>() {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Slot, Integer> eldest) {
            if (size() > MAXIMUM) {
                add(eldest.getKey().runId(), -eldest.getValue());
                return true;
            }
            return false;
        }

    };

    /** Records the memo in events of a run. */
    void record(String runId, List<HistoryEvent> events) {
        for (HistoryEvent event : events) {
            if (event.hasWorkflowExecutionStartedEventAttributes()) {
                WorkflowExecutionStartedEventAttributes started = event.getWorkflowExecutionStartedEventAttributes();
                record(runId, started.getMemo());
            }
            else if (event.hasWorkflowPropertiesModifiedEventAttributes()) {
                record(runId, event.getWorkflowPropertiesModifiedEventAttributes().getUpsertedMemo());
            }
        }
    }

    private void record(String runId, Memo memo) {
        memo.getFieldsMap().forEach((key, payload) -> put(Slot.memo(runId, key), payload.getSerializedSize()));
    }

    /** Records that a payload, or a list of payloads, takes the place of the last one. */
    synchronized void put(Slot slot, int size) {
        remove(slot);
        if (size >= WeighedMessage.SMALLEST) {
            this.sizes.put(slot, size);
            add(slot.runId(), size);
        }
    }

    synchronized void remove(Slot slot) {
        Integer size = this.sizes.remove(slot);
        if (size != null) {
            add(slot.runId(), -size);
        }
    }

    private void add(String runId, int size) {
        this.totals.merge(runId, (long) size, (total, change) -> (total + change != 0) ? total + change : null);
    }

    /** Returns the size of all payloads of a run, in bytes. */
    synchronized long total(String runId) {
        return this.totals.getOrDefault(runId, 0L);
    }

    /** Returns the size of a payload, in bytes, or zero if there is none. */
    synchronized int size(Slot slot) {
        return this.sizes.getOrDefault(slot, 0);
    }

    /**
     * The place of a payload.
     *
     * @param runId the run that it is kept with
     * @param name a hash of its name, because names come from outside and may be long
     */
    record Slot(String runId, int name) {

        static Slot memo(String runId, String key) {
            return new Slot(runId, key.hashCode());
        }

        static Slot heartbeat(String runId, String activityId) {
            return new Slot(runId, ~activityId.hashCode());
        }

    }

}
