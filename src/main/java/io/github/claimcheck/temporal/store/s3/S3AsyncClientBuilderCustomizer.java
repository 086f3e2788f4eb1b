package io.github.claimcheck.temporal.store.s3;

import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/**
 * Reaches the builder of the S3 client that the starter makes, after the properties were
 * applied. Beans of this type are called in their order. An application that has an
 * {@code S3AsyncClient} bean of its own needs none.
 * <p>
 * The starter sets an HTTP client builder. A customizer that sets an HTTP client instead
 * takes it away first, with {@code builder.httpClientBuilder(null)}.
 */
@FunctionalInterface
public interface S3AsyncClientBuilderCustomizer {

    /**
     * @param builder the builder to change
     */
    void customize(S3AsyncClientBuilder builder);

}
