package com.example.security;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** Whoever uses the codec server shows the token that the Web UI passes on. */
@Configuration
public class WebMvcSecurity {

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    SecurityFilterChain codecServerSecurity(HttpSecurity http) throws Exception {
        return http.securityMatcher("/temporal/codec/**")
            .authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
            .oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
            .csrf((csrf) -> csrf.disable())
            .build();
    }

}
