package com.example.interop;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A codec server for workers in Python and Go, without workers of its own. */
@SpringBootApplication
public class CodecServerApplication {

    public static void main(String[] args) {
        SpringApplication.run(CodecServerApplication.class, args);
    }

}
