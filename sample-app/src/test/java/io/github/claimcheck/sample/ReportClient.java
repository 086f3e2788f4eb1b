package io.github.claimcheck.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.sample.history.PayloadRow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.EntityExchangeResult;
import org.springframework.test.web.servlet.client.RestTestClient;

/** Uses the REST API as a user of the application does. */
class ReportClient {

    private final RestTestClient http;

    ReportClient(int port) {
        this.http = RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
    }

    EntityExchangeResult<Map<String, Object>> post(byte[] csv) {
        return http.post()
            .uri("/reports")
            .contentType(MediaType.parseMediaType("text/csv"))
            .body(csv)
            .exchange()
            .expectBody(new ParameterizedTypeReference<Map<String, Object>>() {
            })
            .returnResult();
    }

    /** Posts a file that is accepted. */
    String start(byte[] csv) {
        EntityExchangeResult<Map<String, Object>> response = post(csv);
        assertThat(response.getStatus()).isEqualTo(HttpStatus.ACCEPTED);
        String workflowId = (String) response.getResponseBody().get("workflowId");
        assertThat(response.getResponseHeaders().getLocation()).hasPath("/reports/" + workflowId);
        return workflowId;
    }

    /** The answer for a report, once it is no longer that the workflow runs. */
    EntityExchangeResult<byte[]> awaitReport(String workflowId) {
        return await().atMost(Duration.ofMinutes(1))
            .until(() -> report(workflowId), response -> response.getStatus() != HttpStatus.ACCEPTED);
    }

    EntityExchangeResult<byte[]> report(String workflowId) {
        return http.get().uri("/reports/{id}", workflowId).exchange().expectBody(byte[].class).returnResult();
    }

    List<PayloadRow> history(String workflowId) {
        return http.get()
            .uri("/reports/{id}/history", workflowId)
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody(new ParameterizedTypeReference<List<PayloadRow>>() {
            })
            .returnResult()
            .getResponseBody();
    }

    RestTestClient.ResponseSpec get(String uri, MediaType... accepted) {
        return http.get().uri(uri).accept(accepted).exchange();
    }

}
