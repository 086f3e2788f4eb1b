package com.example.security;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;

/** Whoever uses the codec server shows the token that the Web UI passes on. */
@Configuration
@EnableWebFluxSecurity
public class WebFluxSecurity {

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    SecurityWebFilterChain codecServerSecurity(ServerHttpSecurity http) {
        return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/temporal/codec/**"))
            .authorizeExchange((requests) -> requests.anyExchange().authenticated())
            .oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
            .csrf((csrf) -> csrf.disable())
            .build();
    }

}
