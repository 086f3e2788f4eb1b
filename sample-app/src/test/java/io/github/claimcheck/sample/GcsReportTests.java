package io.github.claimcheck.sample;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.claimcheck.sample.history.PayloadRow;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@ActiveProfiles("gcs")
class GcsReportTests extends StoreReportTests {

    @RegisterExtension
    static final StoreServer SERVER = StoreServer.gcs();

    GcsReportTests() {
        super("gcp.gcsdriver", "temporal-payloads", "v0/ns/default/wt/ReportWorkflow/wi/report-");
    }

    @DynamicPropertySource
    static void address(DynamicPropertyRegistry properties) {
        properties.add("GCS_ENDPOINT", SERVER::url);
    }

    @Override
    byte[] stored(PayloadRow row) throws Exception {
        StorageOptions options = StorageOptions.http()
            .setHost(SERVER.url())
            .setProjectId("test")
            .setCredentials(NoCredentials.getInstance())
            .build();
        try (Storage storage = options.getService()) {
            return storage.readAllBytes(row.bucket(), row.key());
        }
    }

}
