package io.github.claimcheck.temporal.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorageDriverIdTests {

    @ParameterizedTest
    @CsvSource({ "s3, s3StorageDriver", "local-disk, localDiskStorageDriver", "local_disk, localDiskStorageDriver",
            "localDisk, localDiskStorageDriver", "Archive, archiveStorageDriver", "a-1-b, a1BStorageDriver",
            "my--store-, myStoreStorageDriver" })
    void namesABean(String id, String beanName) {
        assertThat(StorageDriverId.of(id).beanName()).isEqualTo(beanName);
    }

    @ParameterizedTest
    @CsvSource({ "s3StorageDriver, s3", "localDiskStorageDriver, local-disk", "archive, archive",
            "storageDriver, storageDriver", "StorageDriver, StorageDriver" })
    void isFoundFromABeansName(String beanName, String id) {
        assertThat(StorageDriverId.ofBean(beanName)).hasToString(id);
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3", "local-disk", "a1-b" })
    void comesBackFromTheNameOfItsBean(String id) {
        assertThat(StorageDriverId.ofBean(StorageDriverId.of(id).beanName())).isEqualTo(StorageDriverId.of(id));
    }

    @ParameterizedTest
    @ValueSource(strings = { "my-store", "my_store", "myStore", "mystore", "MYSTORE", "MY_STORE", "MyStore" })
    void spellingMakesNoDifference(String id) {
        List<String> names = List.of("other", "myStore", "myStoreStorageDriver", "myStoreStorageDriverX");

        assertThat(StorageDriverId.of(id).findBeanName(names)).isEqualTo("myStoreStorageDriver");
        assertThat(StorageDriverId.of(id).findBeanName(List.of("other", "myStore"))).isEqualTo("myStore");
        assertThat(StorageDriverId.of(id).findBeanName(List.of("MYSTORESTORAGEDRIVER")))
            .isEqualTo("MYSTORESTORAGEDRIVER");
        assertThat(StorageDriverId.of(id)).isEqualTo(StorageDriverId.of("my-store"))
            .hasSameHashCodeAs(StorageDriverId.of("my-store"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "myStoreStorageDriver", "my-store-storage-driver" })
    void mayBeTheWholeNameOfABean(String id) {
        assertThat(StorageDriverId.of(id).findBeanName(List.of("myStore", "myStoreStorageDriver")))
            .isEqualTo("myStoreStorageDriver");
    }

    @Test
    void meansNoBeanThatIsCalledOtherwise() {
        assertThat(StorageDriverId.of("my-store").findBeanName(List.of("store", "myStore2", "myStoreDriver"))).isNull();
        assertThat(StorageDriverId.of("my-store")).isNotEqualTo(StorageDriverId.of("my-store-2"));
    }

    @Test
    void knowsTheNamesOfItsProperties() {
        StorageDriverId id = StorageDriverId.of("local-disk");

        assertThat(id.prefix()).isEqualTo("temporal.external-storage.drivers.local-disk");
        assertThat(id.property("key-prefix")).hasToString("temporal.external-storage.drivers.local-disk.key-prefix");
        assertThat(id).hasToString("local-disk");
    }

}
