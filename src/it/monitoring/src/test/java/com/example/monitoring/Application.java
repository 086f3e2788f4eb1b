package com.example.monitoring;

import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.util.ClassUtils;

/** The application, and an operator who asks its Actuator. */
final class Application implements AutoCloseable {

    private static final boolean IS_WEB_MVC = ClassUtils.isPresent("org.springframework.web.servlet.DispatcherServlet",
            null);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final ConfigurableApplicationContext context;

    private Application(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts the application with these properties, and these beans besides its own. */
    static Application start(List<String> properties, Class<?>... beans) {
        SpringApplicationBuilder application = new SpringApplicationBuilder(MonitoringApplication.class).sources(beans)
            .bannerMode(Banner.Mode.OFF);
        if (!IS_WEB_MVC) {
            application.sources(OwnNettyResources.class);
        }
        return new Application(application.run(Stream.concat(Stream.of("server.port=0"), properties.stream())
            .map((property) -> "--" + property)
            .toArray(String[]::new)));
    }

    int getPort() {
        return Integer.parseInt(String.valueOf(this.context.getEnvironment().getProperty("local.server.port")));
    }

    WorkflowClient getWorkflows() {
        return this.context.getBean(WorkflowClient.class);
    }

    /** Gets what the Actuator has there, with parameters as {@code name=value}. */
    Answer get(String path, String... parameters) {
        String query = String.join("&", Arrays.stream(parameters).map((parameter) -> {
            String[] parts = parameter.split("=", 2);
            return parts[0] + "=" + URLEncoder.encode(parts[1], StandardCharsets.UTF_8);
        }).toList());
        return send(request(query.isEmpty() ? path : path + "?" + query));
    }

    Answer post(String path, String json) {
        return send(request(path).header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + getPort() + "/actuator/" + path))
            .timeout(Duration.ofMinutes(1));
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(this.http.send(request.build(), BodyHandlers.ofString()));
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Override
    public void close() {
        this.context.close();
    }

    /** What came back. */
    record Answer(HttpResponse<String> response) {

        int status() {
            return this.response.statusCode();
        }

        String body() {
            return this.response.body();
        }

        Map<String, Object> json() {
            String type = this.response.headers().firstValue("Content-Type").orElse("");
            if (!type.contains("json")) {
                throw new AssertionError(status() + " " + type + ": " + body());
            }
            return JsonParserFactory.getJsonParser().parseMap(body());
        }

    }

    /** The end of one application must not be that of others in this process. */
    static class OwnNettyResources {

        @Bean
        ReactorResourceFactory nettyResources() {
            ReactorResourceFactory resources = new ReactorResourceFactory();
            resources.setUseGlobalResources(false);
            resources.setShutdownQuietPeriod(Duration.ZERO);
            return resources;
        }

    }

}
