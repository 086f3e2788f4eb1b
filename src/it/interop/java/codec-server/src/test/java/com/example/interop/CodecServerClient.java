package com.example.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

/** Posts to a codec server, with JSON as Protobuf's own library reads and writes it. */
record CodecServerClient(String url) {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    static String json(List<Payload> payloads) {
        try {
            return JsonFormat.printer().print(Payloads.newBuilder().addAllPayloads(payloads));
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Posts payloads, and returns those of the answer. */
    List<Payload> post(String operation, List<Payload> payloads) throws Exception {
        Answer answer = send(new CodecServerRequest("payloads", operation, json(payloads)));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.payloads();
    }

    Answer send(CodecServerRequest request) throws Exception {
        HttpResponse<String> response = HTTP.send(HttpRequest.newBuilder(URI.create(this.url + request.operation()))
            .header("Content-Type", "application/json")
            .header("X-Namespace", "default")
            .POST(HttpRequest.BodyPublishers.ofString(request.body()))
            .build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    record Answer(int status, String body) {

        List<Payload> payloads() throws IOException {
            Payloads.Builder payloads = Payloads.newBuilder();
            JsonFormat.parser().merge(this.body, payloads);
            return payloads.getPayloadsList();
        }

    }

}
