package com.example.webui;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.stream.IntStream;

/** Documents of the tests, and how they look as JSON. */
final class Documents {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Documents() {
    }

    /** Returns a document of about 3 MB, in which not every character is ASCII. */
    static Document large(String title) {
        return of(title, 60_000);
    }

    static Document small(String title) {
        return of(title, 1);
    }

    static Document of(String title, int lines) {
        return new Document(title,
                IntStream.range(0, lines).mapToObj((line) -> line + ": “Grüße aus Köln”, says the " + title).toList());
    }

    static JsonNode json(Object value) {
        return JSON.valueToTree(value);
    }

    static JsonNode parse(String json) throws JsonProcessingException {
        return JSON.readTree(json);
    }

}
