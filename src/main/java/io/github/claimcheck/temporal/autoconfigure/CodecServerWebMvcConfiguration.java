package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.codecserver.CodecServer;
import io.github.claimcheck.temporal.codecserver.web.WebMvcCodecServer;
import jakarta.servlet.Filter;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/** The codec server's endpoint in applications with Spring MVC. */
@Configuration(proxyBeanMethods = false)
@Lazy(false)
@ConditionalOnWebApplication(type = Type.SERVLET)
@ConditionalOnClass(DispatcherServlet.class)
class CodecServerWebMvcConfiguration {

    @Bean
    RouterFunction<ServerResponse> temporalCodecServerRoutes(ExternalStorageProperties properties, CodecServer server) {
        return WebMvcCodecServer.routes(properties.getCodecServer().getPath(), server);
    }

    @Bean
    Filter temporalCodecServerCorsFilter(ExternalStorageProperties properties) {
        return WebMvcCodecServer.corsFilter(properties.getCodecServer().getPath(),
                properties.getCodecServer().getAllowedOrigins());
    }

}
