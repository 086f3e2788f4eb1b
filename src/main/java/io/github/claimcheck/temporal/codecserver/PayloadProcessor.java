package io.github.claimcheck.temporal.codecserver;

import io.github.claimcheck.temporal.converter.ExternalStorageCodec;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.ObjectTooLargeException;
import io.github.claimcheck.temporal.driver.PayloadRefusedException;
import io.github.claimcheck.temporal.driver.PayloadTooLargeException;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.ChainCodec;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Encodes, stores, retrieves and decodes payloads as the workers and clients of a
 * namespace do, and as a proxy between them and Temporal does after storage. Thread-safe.
 * Not part of the public API.
 */
@InternalApi
public final class PayloadProcessor {

    private final GuardedCodec postStorage;

    /**
     * Creates a processor.
     * @param postStorage what a proxy applies after storage. As in the SDK's
     * {@link ChainCodec}, the first is the last to encode and the first to decode; empty
     * if there is no such proxy
     */
    public PayloadProcessor(List<PayloadCodec> postStorage) {
        this.postStorage = new GuardedCodec(new ChainCodec(postStorage));
    }

    /** Encodes payloads, and stores those at or above the threshold. */
    List<Payload> encode(CodecNamespace namespace, List<Payload> payloads) {
        List<Payload> encoded = exceptReferences(payloads, new GuardedCodec(namespace.codec())::encode);
        ExternalStorage storage = namespace.storage();
        List<Payload> stored = (storage != null) ? transfer(() -> codec(namespace, storage).encode(encoded)) : encoded;
        return this.postStorage.encode(stored);
    }

    /** Decodes payloads. References are retrieved, unless the caller preserves them. */
    List<Payload> decode(CodecNamespace namespace, List<Payload> payloads, boolean preserveReferences,
            RetrievedBytes bytes) {
        List<Payload> plain = stripped(payloads, bytes);
        List<Payload> retrieved = preserveReferences ? plain : retrieve(namespace, plain, bytes);
        return decodeOthers(namespace, retrieved, bytes);
    }

    /** Retrieves and decodes references. */
    List<Payload> download(CodecNamespace namespace, List<Payload> payloads, RetrievedBytes bytes) {
        List<Payload> references = stripped(payloads, bytes);
        if (!references.stream().allMatch(StorageReference::isReference)) {
            throw new RefusedException(RefusedException.BAD_REQUEST,
                    "All payloads must be external storage references; /decode takes others too.");
        }
        return decodeOthers(namespace, retrieve(namespace, references, bytes), bytes);
    }

    private List<Payload> stripped(List<Payload> payloads, RetrievedBytes bytes) {
        bytes.reserveForDecoding(payloads);
        return decoded(this.postStorage, payloads, bytes.counter());
    }

    private static List<Payload> decodeOthers(CodecNamespace namespace, List<Payload> payloads, RetrievedBytes bytes) {
        bytes.reserveForDecoding(payloads);
        return exceptReferences(payloads,
                (others) -> decoded(new GuardedCodec(namespace.codec()), others, bytes.counter()));
    }

    /** One by one, so that a request ends at the first payload that is too many. */
    private static List<Payload> decoded(GuardedCodec codec, List<Payload> payloads, UnaryOperator<Payload> counter) {
        return payloads.stream().map((payload) -> counter.apply(codec.decode(payload))).toList();
    }

    private static List<Payload> retrieve(CodecNamespace namespace, List<Payload> payloads, RetrievedBytes bytes) {
        List<Payload> references = payloads.stream().filter(StorageReference::isReference).toList();
        if (references.isEmpty()) {
            return payloads;
        }
        ExternalStorage storage = namespace.storage();
        references.forEach((reference) -> requireDriver(reference, storage));
        if (storage == null) {
            return payloads;
        }
        bytes.reserve(references);
        ExternalStorage bounded = BoundedStorageDriver.storage(storage, bytes.counter());
        return transfer(() -> codec(namespace, bounded).decode(payloads));
    }

    private static void requireDriver(Payload payload, @Nullable ExternalStorage storage) {
        String name;
        try {
            name = StorageReference.from(payload).driverName();
        }
        catch (IllegalArgumentException ex) {
            throw new RefusedException(RefusedException.BAD_REQUEST, sentence(ex), ex);
        }
        if (storage == null) {
            throw new RefusedException(RefusedException.BAD_REQUEST,
                    "A payload is an external storage reference, but no "
                            + "storage driver is configured: set temporal.external-storage.drivers.");
        }
        // Without the names of those that there are, which the caller may not know.
        if (storage.getDrivers().stream().map(StorageDriver::getName).noneMatch(name::equals)) {
            throw new RefusedException(RefusedException.BAD_REQUEST,
                    "An external storage reference names an unknown storage driver, '" + Quoted.of(name)
                            + "'. Configure a driver of that name.");
        }
    }

    /** Payloads without a workflow belong to the namespace, which selectors can see. */
    private static PayloadCodec codec(CodecNamespace namespace, ExternalStorage storage) {
        return new ExternalStorageCodec(() -> storage,
                new StorageDriverWorkflowInfo(namespace.name(), null, null, null));
    }

    private static List<Payload> transfer(Supplier<List<Payload>> transfer) {
        try {
            return transfer.get();
        }
        catch (RefusedException ex) {
            throw ex;
        }
        catch (PayloadTooLargeException | ObjectTooLargeException ex) {
            throw new RefusedException(RefusedException.TOO_LARGE, sentence(ex), ex);
        }
        catch (ClaimRefusedException | PayloadRefusedException ex) {
            throw new RefusedException(RefusedException.BAD_REQUEST, sentence(ex), ex);
        }
        catch (StorageDriverException ex) {
            throw new RefusedException(RefusedException.BAD_GATEWAY, sentence(ex), ex);
        }
        catch (RuntimeException ex) {
            // An application's own driver, whose messages may hold anything.
            throw new RefusedException(RefusedException.BAD_GATEWAY,
                    "External storage failed with " + ex.getClass().getName() + "; the application's log says more.",
                    ex);
        }
    }

    private static String sentence(RuntimeException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.endsWith(".") ? message : message + ".";
    }

    /** Applies an operation to all payloads but references, which keep their places. */
    private static List<Payload> exceptReferences(List<Payload> payloads, UnaryOperator<List<Payload>> operation) {
        List<Integer> positions = new ArrayList<>();
        List<Payload> others = new ArrayList<>();
        for (int i = 0; i < payloads.size(); i++) {
            if (!StorageReference.isReference(payloads.get(i))) {
                positions.add(i);
                others.add(payloads.get(i));
            }
        }
        List<Payload> changed = operation.apply(others);
        List<Payload> result = new ArrayList<>(payloads);
        for (int i = 0; i < positions.size(); i++) {
            result.set(positions.get(i), changed.get(i));
        }
        return result;
    }

}
