package io.temporal.payload.storage;

import io.temporal.api.common.v1.Payload;
import io.temporal.common.CancellationToken;
import java.util.concurrent.CancellationException;

public interface StorageDriverStoreContext {

    StorageDriverTargetInfo getTarget();

    StorageDriverLimiter<Payload> getLimiter();

    boolean isUnheardOf();

    default CancellationToken<CancellationException> getCancellationToken() {
        return CancellationToken.none();
    }

}
