package com.example.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.interop.Peer.Language;
import io.github.claimcheck.temporal.testing.GcsServer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The Cloud Storage server of the starter's tests. What it holds is asked for by plain
 * HTTP, so that nothing of the starter or of Google's libraries is needed to look at it.
 */
final class GcsStore implements Store {

    private final HttpClient client = HttpClient.newHttpClient();

    private final String endpoint = GcsServer.shared().getEndpoint().toString();

    @Override
    public String getDriverName() {
        return "gcp.gcsdriver";
    }

    @Override
    public Map<String, String> properties() {
        String driver = "temporal.external-storage.drivers.gcs.";
        return Map.of(driver + "endpoint", this.endpoint, driver + "project-id", "test");
    }

    @Override
    public Map<String, String> environment(String bucket) {
        return Map.of("STORAGE_EMULATOR_HOST", this.endpoint, "INTEROP_GCS_BUCKET", bucket);
    }

    @Override
    public String obstacle(Language language) {
        return (language == Language.GO) ? "The Go worker has no driver for Cloud Storage: not every module proxy has "
                + "go.temporal.io/sdk/contrib/gcp/gcsdriver" : null;
    }

    @Override
    public void createBucket(String bucket) throws IOException, InterruptedException {
        HttpResponse<String> answer = this.client
            .send(HttpRequest.newBuilder(URI.create(this.endpoint + "/storage/v1/b?project=test"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"name\": \"" + bucket + "\"}"))
                .build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /**
     * The Python driver writes the one name, the starter that of the Go driver's first
     * release besides.
     */
    @Override
    public String key(Map<String, String> claim) {
        assertThat(claim).containsKeys("bucket", "object_name", "hash_algorithm", "hash_value");
        if (claim.size() > 4) {
            assertThat(claim).hasSize(5).containsEntry("key", claim.get("object_name"));
        }
        return claim.get("object_name");
    }

    @Override
    public byte[] content(String bucket, String key) throws IOException, InterruptedException {
        String name = URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
        HttpResponse<byte[]> answer = this.client.send(HttpRequest
            .newBuilder(URI.create(this.endpoint + "/storage/v1/b/" + bucket + "/o/" + name + "?alt=media"))
            .build(), BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).as(key).isEqualTo(200);
        return answer.body();
    }

}
