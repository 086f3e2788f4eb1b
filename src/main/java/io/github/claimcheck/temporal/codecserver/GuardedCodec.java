package io.github.claimcheck.temporal.codecserver;

import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.PayloadCodec;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * An application's codec, whose failures end the request without their messages, which
 * may hold anything.
 *
 * @param codec the codec
 */
record GuardedCodec(PayloadCodec codec) {

    /** A payload that every codec can encode. */
    static final Payload PROBE = Payload.newBuilder()
        .putMetadata("encoding", ByteString.copyFromUtf8("json/plain"))
        .setData(ByteString.copyFromUtf8("\"probe\""))
        .build();

    List<Payload> encode(List<Payload> payloads) {
        return call("encode", payloads, this.codec::encode);
    }

    Payload decode(Payload payload) {
        return call("decode", List.of(payload), this.codec::decode).get(0);
    }

    private List<Payload> call(String operation, List<Payload> payloads, UnaryOperator<List<Payload>> function) {
        if (payloads.isEmpty()) {
            return payloads;
        }
        List<Payload> result;
        try {
            result = function.apply(payloads);
        }
        catch (RefusedException ex) {
            throw ex;
        }
        catch (RuntimeException ex) {
            throw new RefusedException(isWorking() ? RefusedException.BAD_REQUEST : RefusedException.INTERNAL_ERROR,
                    "The application's codecs could not " + operation + " a payload: " + ex.getClass().getName()
                            + "; the application's log says more.",
                    ex);
        }
        if (result.size() != payloads.size()) {
            throw new RefusedException(RefusedException.INTERNAL_ERROR, "The application's codecs made " + result.size()
                    + " payloads of " + payloads.size() + ", and must keep their number.");
        }
        return result;
    }

    /** Tells a payload that is not this codec's from a key service that is down. */
    private boolean isWorking() {
        try {
            this.codec.decode(this.codec.encode(List.of(PROBE)));
            return true;
        }
        catch (RuntimeException ex) {
            return false;
        }
    }

}
