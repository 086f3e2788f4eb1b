package io.github.claimcheck.temporal.driver;

import java.util.Map;

/**
 * On whose behalf a transfer runs, so that transfers wait fairly for one another. The SDK
 * hands a message to drivers payload list by payload list, with nothing that says which
 * message it is. So what a message is about takes the message's place: the run that the
 * key names, of whose history most of its payloads are.
 * <p>
 * Immutable.
 *
 * @param run what the keys of a run have in common
 * @param call the driver's call, compared by {@link Object#equals}
 */
record TransferOwner(String run, Object call) {

    /** Audits and repairs, which all count as one. */
    static final TransferOwner AUDIT = new TransferOwner("audit", "audit");

    /**
     * Returns the owner of a transfer.
     * @param location where the object is
     * @param call identifies the driver's call
     */
    static TransferOwner of(Map<String, String> location, Object call) {
        String key = location.getOrDefault(ObjectStore.KEY, "");
        return new TransferOwner(key.substring(0, key.lastIndexOf('/') + 1), call);
    }

}
