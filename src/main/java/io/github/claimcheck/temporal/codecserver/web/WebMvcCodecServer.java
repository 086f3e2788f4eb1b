package io.github.claimcheck.temporal.codecserver.web;

import io.github.claimcheck.temporal.codecserver.CodecAnswer;
import io.github.claimcheck.temporal.codecserver.CodecRequest;
import io.github.claimcheck.temporal.codecserver.CodecServer;
import io.github.claimcheck.temporal.codecserver.CodecServerOperation;
import io.github.claimcheck.temporal.internal.InternalApi;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.cors.DefaultCorsProcessor;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The codec server as an endpoint of Spring MVC. Not part of the public API.
 */
@InternalApi
public final class WebMvcCodecServer {

    private WebMvcCodecServer() {
    }

    /**
     * Returns the routes to the server.
     * @param path the path of the server
     * @param server the server
     * @return the routes
     */
    public static RouterFunction<ServerResponse> routes(String path, CodecServer server) {
        RouterFunctions.Builder routes = RouterFunctions.route();
        for (CodecServerOperation operation : CodecServerOperation.values()) {
            routes.POST(path + operation.getPath(),
                    (request) -> answer((servletRequest) -> server.handle(request(operation, servletRequest))));
        }
        return routes
            .route(RequestPredicates.path(path).or(RequestPredicates.path(path + "/**")),
                    (request) -> answer((servletRequest) -> server.notFound()))
            .build();
    }

    private static ServerResponse answer(Handler handler) {
        // All in one call, so that what the answer holds is released whatever happens.
        return ServerResponse.ok().build((request, response) -> {
            try (CodecAnswer answer = handler.handle(request)) {
                write(answer, response);
            }
            return null;
        });
    }

    private static CodecRequest request(CodecServerOperation operation, HttpServletRequest request) throws IOException {
        return new CodecRequest(operation, (name) -> Collections.list(request.getHeaders(name)),
                request.getQueryString(), request.getUserPrincipal(), request.getInputStream());
    }

    private static void write(CodecAnswer answer, HttpServletResponse response) throws IOException {
        response.setStatus(answer.status());
        response.setContentType(answer.contentType());
        answer.body().writeTo(response.getOutputStream());
    }

    /**
     * Returns the filter that admits web pages of other origins.
     * @param path the path of the server
     * @param allowedOrigins the origins
     * @return the filter
     */
    public static Filter corsFilter(String path, List<String> allowedOrigins) {
        UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
        source.registerCorsConfiguration(path + "/**", CodecServerCors.configuration(allowedOrigins));
        return new OrderedCorsFilter(source);
    }

    /** Handles a request. */
    @FunctionalInterface
    private interface Handler {

        CodecAnswer handle(HttpServletRequest request) throws IOException;

    }

    /** Says in the log and to the caller what is wrong, unlike Spring's own. */
    private static final class OrderedCorsFilter extends CorsFilter implements Ordered {

        OrderedCorsFilter(UrlBasedCorsConfigurationSource source) {
            super(source);
            RefusedOrigins refused = new RefusedOrigins();
            setCorsProcessor((configuration, request, response) -> new DefaultCorsProcessor() {

                @Override
                protected void rejectRequest(ServerHttpResponse rejected) throws IOException {
                    refused.log(request.getHeader("Origin"));
                    rejected.setStatusCode(HttpStatus.FORBIDDEN);
                    rejected.getHeaders().setContentType(RefusedOrigins.CONTENT_TYPE);
                    rejected.getBody().write(RefusedOrigins.ANSWER);
                    rejected.flush();
                }

            }.processRequest(configuration, request, response));
        }

        @Override
        public int getOrder() {
            return CodecServerCors.ORDER;
        }

    }

}
