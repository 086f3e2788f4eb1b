package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.codecserver.CodecServer;
import io.github.claimcheck.temporal.codecserver.web.WebFluxCodecServer;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.WebFilter;

/** The codec server's endpoint in applications with Spring WebFlux. */
@Configuration(proxyBeanMethods = false)
@Lazy(false)
@ConditionalOnWebApplication(type = Type.REACTIVE)
@ConditionalOnClass(DispatcherHandler.class)
class CodecServerWebFluxConfiguration {

    @Bean
    WebFluxCodecServer temporalWebFluxCodecServer(CodecServer server) {
        return new WebFluxCodecServer(server);
    }

    @Bean
    RouterFunction<ServerResponse> temporalCodecServerRoutes(ExternalStorageProperties properties,
            WebFluxCodecServer server) {
        return server.routes(properties.getCodecServer().getPath());
    }

    @Bean
    WebFilter temporalCodecServerCorsFilter(ExternalStorageProperties properties) {
        return WebFluxCodecServer.corsFilter(properties.getCodecServer().getPath(),
                properties.getCodecServer().getAllowedOrigins());
    }

}
