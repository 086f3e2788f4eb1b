package com.example.stores;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * An application that adds the libraries of all stores, as the starter's reference pages
 * say, and chooses one by its YAML.
 */
@SpringBootApplication
public class StoresApplication {

    public static void main(String[] args) {
        SpringApplication.run(StoresApplication.class, args);
    }

}
