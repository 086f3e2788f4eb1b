package io.github.claimcheck.temporal.store.disk;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that stores large payloads, several at a time, until it is killed. It prints
 * a line for each that it has stored, while it writes others.
 */
final class EndlessWriter {

    private static final int THREADS = 4;

    private EndlessWriter() {
    }

    public static void main(String[] args) throws IOException {
        StorageDriver driver = new ContentAddressedStorageDriver("local-disk", "local-disk", Long.MAX_VALUE,
                "max-payload-size", new LocalDiskObjectStore(Path.of(args[0])));
        for (int i = 0; i < THREADS; i++) {
            String id = args[1] + "-" + i;
            Payload payload = Payloads.of(Payloads.bytes(4_000_000, id.hashCode()));
            new Thread(() -> store(driver, payload, id)).start();
        }
    }

    private static void store(StorageDriver driver, Payload payload, String id) {
        for (long count = 0;; count++) {
            driver.store(StorageContexts.store(StorageContexts.workflow(id + "-" + count)), List.of(payload)).join();
            System.out.println("stored");
        }
    }

}
