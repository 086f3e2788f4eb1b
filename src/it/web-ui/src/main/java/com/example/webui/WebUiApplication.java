package com.example.webui;

import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * An application whose workers encrypt their payloads in the root namespace, and which
 * shows them to Temporal's Web UI and CLI.
 */
@SpringBootApplication
public class WebUiApplication {

    static final String TASK_QUEUE = "documents";

    public static void main(String[] args) {
        SpringApplication.run(WebUiApplication.class, args);
    }

    @Bean
    DataConverter encryptingDataConverter() {
        return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new EncryptionCodec()));
    }

    @Bean
    DataConverter plainDataConverter() {
        return DefaultDataConverter.newDefaultInstance();
    }

}
