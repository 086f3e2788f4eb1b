package io.github.claimcheck.temporal.plugin;

import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.context.ContextPropagator;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.converter.RawValue;
import io.temporal.payload.storage.ExternalStorage;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Stores the large headers of a context propagator, for schedule clients, whose headers
 * the SDK does not store.
 */
final class StoringContextPropagator implements ContextPropagator {

    private final ContextPropagator original;

    /** Applies no codec, as the SDK does not apply codecs to headers. */
    private final ExternalStorageDataConverter storing;

    StoringContextPropagator(ContextPropagator original, ExternalStorage externalStorage) {
        this.original = original;
        this.storing = new ExternalStorageDataConverter(DefaultDataConverter.STANDARD_INSTANCE, externalStorage);
    }

    @Override
    public String getName() {
        return this.original.getName();
    }

    @Override
    public Map<String, Payload> serializeContext(Object context) {
        Map<String, Payload> header = new LinkedHashMap<>();
        this.original.serializeContext(context)
            .forEach((name, payload) -> header.put(name, this.storing.toPayload(new RawValue(payload)).orElseThrow()));
        return header;
    }

    @Override
    public Object deserializeContext(Map<String, Payload> header) {
        return this.original.deserializeContext(header);
    }

    @Override
    public Object getCurrentContext() {
        return this.original.getCurrentContext();
    }

    @Override
    public void setCurrentContext(Object context) {
        this.original.setCurrentContext(context);
    }

}
