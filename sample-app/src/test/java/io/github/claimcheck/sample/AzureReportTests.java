package io.github.claimcheck.sample;

import com.azure.storage.blob.BlobClientBuilder;
import io.github.claimcheck.sample.history.PayloadRow;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@ActiveProfiles("azure")
class AzureReportTests extends StoreReportTests {

    @RegisterExtension
    static final StoreServer SERVER = StoreServer.azurite();

    @Value("${temporal.external-storage.drivers.azure.connection-string}")
    private String connectionString;

    AzureReportTests() {
        super("azure.blobdriver", "temporal-payloads", "v0/ns/default/wt/ReportWorkflow/wi/report-");
    }

    @DynamicPropertySource
    static void address(DynamicPropertyRegistry properties) {
        properties.add("AZURITE_ENDPOINT", SERVER::url);
    }

    @Override
    byte[] stored(PayloadRow row) {
        return new BlobClientBuilder().connectionString(this.connectionString)
            .containerName(row.bucket())
            .blobName(row.key())
            .buildClient()
            .downloadContent()
            .toBytes();
    }

}
