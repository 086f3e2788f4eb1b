package io.github.claimcheck.temporal.store.disk;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.claimcheck.temporal.testing.ConfiguredStorageDriverContract;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class LocalDiskStorageDriverContractTests extends ConfiguredStorageDriverContract {

    @TempDir
    Path directory;

    @Override
    protected StorageDriver newDriver(long maxPayloadSize) {
        return configured("local-disk", maxPayloadSize,
                "temporal.external-storage.drivers.local-disk.directory=" + this.directory);
    }

    @Override
    protected byte[] read(StorageDriverClaim claim) throws IOException {
        return Files.readAllBytes(file(claim));
    }

    @Override
    protected void overwrite(StorageDriverClaim claim, byte[] content) throws IOException {
        Files.write(file(claim), content);
    }

    @Override
    protected void delete(StorageDriverClaim claim) throws IOException {
        Files.deleteIfExists(file(claim));
    }

    private Path file(StorageDriverClaim claim) {
        return this.directory.resolve(KeyPath.of(key(claim)));
    }

    @Override
    protected StorageDriver newDriverWithoutAccess() throws IOException {
        StorageDriver driver = newDriver(MAX_PAYLOAD_SIZE);
        permit("---------");
        assumeFalse(Files.isReadable(objects()), "The superuser may read and write every file");
        return driver;
    }

    @AfterEach
    void permitDeletion() throws IOException {
        if (Files.exists(objects())) {
            permit("rwx------");
        }
    }

    private void permit(String permissions) throws IOException {
        Files.setPosixFilePermissions(objects(), PosixFilePermissions.fromString(permissions));
    }

    private Path objects() {
        return this.directory.resolve("v0");
    }

}
