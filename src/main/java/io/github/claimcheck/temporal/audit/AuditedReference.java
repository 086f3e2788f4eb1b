package io.github.claimcheck.temporal.audit;

import io.github.claimcheck.temporal.driver.AuditedObject;
import io.github.claimcheck.temporal.internal.InternalApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reference in a history, and the state of what it leads to.
 *
 * @param event the id of its event
 * @param eventType the type of its event
 * @param field the path of its field in the event's attributes
 * @param size the serialized size of the stored payload, in bytes; -1 if the reference
 * does not say
 * @param driver the name of the driver in the reference
 * @param place where the object is; empty if only the driver knows
 * @param state the state of the object; of several copies the best
 * @param detail what is wrong, and the remedy; null if nothing is
 * @param copies the copies in the delegates of a composite; empty for other drivers
 */
@InternalApi
public record AuditedReference(long event, String eventType, String field, long size, String driver, String place,
        AuditedObject.State state, @Nullable String detail, List<AuditedObject> copies) {

}
