package io.temporal.payload.storage;

import io.temporal.common.CancellationToken;
import java.util.concurrent.CancellationException;

public interface StorageDriverRetrieveContext {

    StorageDriverLimiter<StorageDriverClaim> getLimiter();

    int getUnheardOf();

    default CancellationToken<CancellationException> getCancellationToken() {
        return CancellationToken.none();
    }

}
