package io.github.claimcheck.temporal.store.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.storage.StorageException;
import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.testing.GcsServer;
import io.github.claimcheck.temporal.testing.RawHttpServer;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * Tests which lifecycle rules count. The server is a socket, which says what Cloud
 * Storage says.
 */
class GcsLifecycleTests {

    private static final String NAMESPACE = "orders eu";

    private static Expiry read(String... conditions) {
        StringBuilder rules = new StringBuilder();
        for (String condition : conditions) {
            rules.append(rules.isEmpty() ? "" : ",").append(rule("Delete", condition));
        }
        return readBucket("\"lifecycle\": {\"rule\": [" + rules + "]}");
    }

    private static String rule(String action, String condition) {
        return "{\"action\": {\"type\": \"" + action + "\"}, \"condition\": {" + condition + "}}";
    }

    private static Expiry readBucket(String fields) {
        return read(200, "{\"kind\": \"storage#bucket\", \"name\": \"payloads\"" + (fields.isEmpty() ? "" : ", ")
                + fields + "}");
    }

    private static Expiry read(int status, String body, String... properties) {
        try (RawHttpServer server = new RawHttpServer(
                (request) -> request.respond(status, body, "Content-Type: application/json"))) {
            Expiry[] read = new Expiry[1];
            new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
                .withPropertyValues(GcsServer.properties("payloads", server.getEndpoint()))
                .withPropertyValues(properties)
                .run((context) -> read[0] = context.getBean(InspectableStorageDriver.class)
                    .readExpiry(NAMESPACE)
                    .get(30, TimeUnit.SECONDS));
            assertThat(server.requests()).extracting(RawHttpServer.Request::method).containsOnly("GET");
            return read[0];
        }
        catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static void assertNever(Expiry expiry) {
        assertThat(expiry.known()).as(expiry.explanation()).isTrue();
        assertThat(expiry.after()).as(expiry.explanation()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "\"age\": 7", "\"age\": 7, \"isLive\": true", "\"age\": 7, \"matchesPrefix\": [\"v0/\"]",
            "\"age\": 7, \"matchesPrefix\": [\"logs/\", \"v0/ns/orders eu/wt/Order/\"]",
            "\"age\": 7, \"matchesPrefix\": []", "\"age\": 7, \"matchesSuffix\": [\"ab\", \".tmp\"]",
            "\"age\": 7, \"numNewerVersions\": 0", "\"age\": 7, \"createdBefore\": \"2999-01-01\"",
            "\"age\": 7, \"matchesStorageClass\": [\"STANDARD\"]" })
    void rulesForSomeOrAllObjectsCount(String condition) {
        Expiry expiry = read(condition);
        assertThat(expiry.after()).as(expiry.explanation()).isEqualTo(Duration.ofDays(7));
        assertThat(expiry.explanation()).contains("after 7 days");
    }

    @ParameterizedTest
    @ValueSource(strings = { "\"age\": 7, \"isLive\": false", "\"age\": 7, \"matchesPrefix\": [\"logs/\"]",
            "\"age\": 7, \"matchesPrefix\": [\"v0/ns/payments/\"]", "\"age\": 7, \"matchesSuffix\": [\".tmp\"]",
            "\"age\": 7, \"matchesSuffix\": [\"AB\"]", "\"numNewerVersions\": 1", "\"daysSinceNoncurrentTime\": 3",
            "\"noncurrentTimeBefore\": \"2999-01-01\"", "\"daysSinceCustomTime\": 3",
            "\"customTimeBefore\": \"2999-01-01\"", "\"createdBefore\": \"2020-01-01\"" })
    void rulesForOtherObjectsDoNotCount(String condition) {
        assertNever(read(condition));
    }

    @Test
    void otherActionsDoNotCount() {
        String colder = rule("SetStorageClass\", \"storageClass\": \"COLDLINE", "\"age\": 7");
        String abort = rule("AbortIncompleteMultipartUpload", "\"age\": 7");
        assertNever(readBucket("\"lifecycle\": {\"rule\": [" + colder + "," + abort + "]}"));
    }

    @Test
    void theShortestRuleCounts() {
        Expiry expiry = read("\"age\": 30", "\"age\": 9, \"matchesPrefix\": [\"v0/ns/\"]",
                "\"age\": 1, \"matchesPrefix\": [\"logs/\"]");
        assertThat(expiry.after()).isEqualTo(Duration.ofDays(9));
        assertThat(expiry.explanation()).contains("under [v0/ns/]");
    }

    @Test
    void aDateInTheFutureLeavesNoTime() {
        assertThat(read("\"createdBefore\": \"2999-01-01\"").after()).isZero();
    }

    @Test
    void theKeyPrefixComesBefore() {
        String body = "{\"name\": \"payloads\", \"lifecycle\": {\"rule\": ["
                + rule("Delete", "\"age\": 7, \"matchesPrefix\": [\"v0/\"]") + "]}}";
        String property = "temporal.external-storage.drivers.gcs.key-prefix=team/";
        assertNever(read(200, body, property));
        assertThat(read(200, body.replace("v0/", "team/v0/"), property).after()).isEqualTo(Duration.ofDays(7));
    }

    @Test
    void aBucketWithoutRulesKeepsItsObjects() {
        assertNever(readBucket(""));
    }

    @Test
    void earlierVersionsAccumulate() {
        Expiry expiry = readBucket(
                "\"versioning\": {\"enabled\": true}, \"softDeletePolicy\": {\"retentionDurationSeconds\": \"604800\"}");
        assertNever(expiry);
        assertThat(expiry.explanation()).contains("keeps earlier versions for good", "Soft delete keeps", "7 days");
    }

    @Test
    void aMissingPermissionIsNamed() {
        Expiry expiry = read(403, "{\"error\": {\"code\": 403, \"message\": \"x does not have storage.buckets.get "
                + "access\", \"errors\": [{\"reason\": \"forbidden\"}]}}");
        assertThat(expiry.known()).isFalse();
        assertThat(expiry.explanation()).contains("permission storage.buckets.get on the bucket payloads");
    }

    @Test
    void aMissingBucketIsSaid() {
        Expiry expiry = read(404,
                "{\"error\": {\"code\": 404, \"message\": \"no\", \"errors\": [{\"reason\": \"notFound\"}]}}");
        assertThat(expiry.known()).isFalse();
        assertThat(expiry.explanation()).contains("There is no bucket payloads");
    }

    @Test
    void otherFailuresAreFailures() {
        assertThatThrownBy(() -> read(401,
                "{\"error\": {\"code\": 401, \"message\": \"no\", \"errors\": [{\"reason\": \"required\"}]}}"))
            .hasRootCauseInstanceOf(com.google.api.client.googleapis.json.GoogleJsonResponseException.class)
            .hasCauseInstanceOf(StorageException.class);
    }

}
