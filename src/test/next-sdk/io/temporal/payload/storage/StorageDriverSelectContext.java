package io.temporal.payload.storage;

import io.temporal.common.CancellationToken;
import java.util.concurrent.CancellationException;

public interface StorageDriverSelectContext {

    StorageDriverTargetInfo getTarget();

    String getUnheardOf();

    default CancellationToken<CancellationException> getCancellationToken() {
        return CancellationToken.none();
    }

}
