package com.example.codecserver;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Shows payloads to Temporal's Web UI and CLI, and does nothing else. */
@SpringBootApplication
public class CodecServerApplication {

    public static void main(String[] args) {
        SpringApplication.run(CodecServerApplication.class, args);
    }

}
