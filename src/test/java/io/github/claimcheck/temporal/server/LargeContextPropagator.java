package io.github.claimcheck.temporal.server;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.context.ContextPropagator;
import java.util.Map;

/** Propagates a context that is too large for the server. */
final class LargeContextPropagator implements ContextPropagator {

    @Override
    public String getName() {
        return "large";
    }

    @Override
    public Map<String, Payload> serializeContext(Object context) {
        return Map.of("large", Payload.newBuilder().setData((ByteString) context).build());
    }

    @Override
    public Object deserializeContext(Map<String, Payload> header) {
        return null;
    }

    @Override
    public Object getCurrentContext() {
        return ByteString.copyFrom(Payloads.bytes(ServerApplication.THREE_MEGABYTES, 1));
    }

    @Override
    public void setCurrentContext(Object context) {
        // Nobody reads it.
    }

}
