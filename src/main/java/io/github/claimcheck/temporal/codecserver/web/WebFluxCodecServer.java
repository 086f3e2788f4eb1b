package io.github.claimcheck.temporal.codecserver.web;

import io.github.claimcheck.temporal.codecserver.CodecAnswer;
import io.github.claimcheck.temporal.codecserver.CodecRequest;
import io.github.claimcheck.temporal.codecserver.CodecServer;
import io.github.claimcheck.temporal.codecserver.CodecServerOperation;
import io.github.claimcheck.temporal.internal.InternalApi;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsConfigurationSource;
import org.springframework.web.cors.reactive.CorsWebFilter;
import org.springframework.web.cors.reactive.DefaultCorsProcessor;
import org.springframework.web.cors.reactive.UrlBasedCorsConfigurationSource;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The codec server as an endpoint of Spring WebFlux. The server blocks, so it has threads
 * of its own. Not part of the public API.
 */
@InternalApi
public final class WebFluxCodecServer implements AutoCloseable {

    /** As many as a servlet container has by default. */
    private static final int MAX_THREADS = 200;

    private static final int IDLE_SECONDS = 60;

    /** Of a whole request. A client that reads slowly holds memory until then. */
    private static final Duration MAX_DURATION = Duration.ofMinutes(10);

    private final Scheduler scheduler = Schedulers.newBoundedElastic(MAX_THREADS, Integer.MAX_VALUE,
            "temporal-codec-server", IDLE_SECONDS, true);

    private final CodecServer server;

    /**
     * Creates an endpoint.
     * @param server the server
     */
    public WebFluxCodecServer(CodecServer server) {
        this.server = server;
    }

    /**
     * Returns the routes to the server.
     * @param path the path of the server
     * @return the routes
     */
    public RouterFunction<ServerResponse> routes(String path) {
        RouterFunctions.Builder routes = RouterFunctions.route();
        for (CodecServerOperation operation : CodecServerOperation.values()) {
            routes.POST(path + operation.getPath(), (request) -> handle(operation, request));
        }
        return routes
            .route(RequestPredicates.path(path).or(RequestPredicates.path(path + "/**")),
                    (request) -> answer((body) -> this.server.notFound()))
            .build();
    }

    private Mono<ServerResponse> handle(CodecServerOperation operation, ServerRequest request) {
        return request.principal()
            .<Optional<Principal>>map(Optional::of)
            .defaultIfEmpty(Optional.empty())
            .flatMap((principal) -> answer((received) -> {
                try (InputStream body = new ReactiveBody(received.getBody())) {
                    return this.server.handle(new CodecRequest(operation, request.headers()::header,
                            received.getURI().getRawQuery(), principal.orElse(null), body));
                }
            }));
    }

    private Mono<ServerResponse> answer(Handler handler) {
        return ServerResponse.ok().build((exchange, context) -> {
            // Spring does not cancel the body of a client that has gone, whose thread
            // would wait for it forever.
            Sinks.Empty<Void> ended = Sinks.empty();
            Mono<Void> tooLong = Mono.delay(MAX_DURATION)
                .then(Mono.error(() -> new TimeoutException("The client reads its answer too slowly")));
            Flux<DataBuffer> body = Flux.from(body(handler, exchange))
                .takeUntilOther(Mono.firstWithSignal(ended.asMono(), tooLong));
            return exchange.getResponse().writeWith(body).doFinally((signal) -> ended.tryEmitEmpty());
        });
    }

    /**
     * Does all in one call on one thread, so that what the answer holds is released
     * whatever happens. The status can be set until the first byte is written.
     */
    private Publisher<DataBuffer> body(Handler handler, ServerWebExchange exchange) {
        return DataBufferUtils.outputStreamPublisher((output) -> {
            try (CodecAnswer answer = handler.handle(exchange.getRequest())) {
                writeHead(answer, exchange.getResponse());
                answer.body().writeTo(output);
            }
            catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
            catch (Error ex) {
                // Nobody else would end the request.
                throw new IllegalStateException(ex);
            }
        }, exchange.getResponse().bufferFactory(), this.scheduler::schedule);
    }

    private static void writeHead(CodecAnswer answer, ServerHttpResponse response) {
        response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
        response.getHeaders().setContentType(MediaType.parseMediaType(answer.contentType()));
    }

    /**
     * Returns the filter that admits web pages of other origins.
     * @param path the path of the server
     * @param allowedOrigins the origins
     * @return the filter
     */
    public static WebFilter corsFilter(String path, List<String> allowedOrigins) {
        UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
        source.registerCorsConfiguration(path + "/**", CodecServerCors.configuration(allowedOrigins));
        return new OrderedCorsFilter(source);
    }

    /** Ends the threads. */
    @Override
    public void close() {
        this.scheduler.dispose();
    }

    /** Handles a request. */
    @FunctionalInterface
    private interface Handler {

        CodecAnswer handle(ServerHttpRequest request) throws IOException;

    }

    /** Says in the log and to the caller what is wrong, unlike Spring's own. */
    private static final class OrderedCorsFilter extends CorsWebFilter implements Ordered {

        private static final String REFUSED = OrderedCorsFilter.class.getName() + ".refused";

        OrderedCorsFilter(CorsConfigurationSource source) {
            this(source, new RefusedOrigins());
        }

        private OrderedCorsFilter(CorsConfigurationSource source, RefusedOrigins refused) {
            super(source, new DefaultCorsProcessor() {

                @Override
                public boolean process(@Nullable CorsConfiguration configuration, ServerWebExchange exchange) {
                    boolean admitted = super.process(configuration, exchange);
                    if (!admitted) {
                        refused.log(exchange.getRequest().getHeaders().getFirst("Origin"));
                        exchange.getAttributes().put(REFUSED, true);
                    }
                    return admitted;
                }

            });
        }

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
            return super.filter(exchange, chain).then(Mono.defer(() -> exchange.getAttributes().containsKey(REFUSED)
                    ? answer(exchange.getResponse()) : Mono.empty()));
        }

        private static Mono<Void> answer(ServerHttpResponse response) {
            response.getHeaders().setContentType(RefusedOrigins.CONTENT_TYPE);
            return response.writeWith(Mono.just(response.bufferFactory().wrap(RefusedOrigins.ANSWER)));
        }

        @Override
        public int getOrder() {
            return CodecServerCors.ORDER;
        }

    }

}
