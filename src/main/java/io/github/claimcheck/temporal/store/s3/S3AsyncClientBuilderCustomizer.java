package io.github.claimcheck.temporal.store.s3;

import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/**
 * Customizes the builder of the S3 client that the starter creates, after the properties
 * have been applied. Beans of this type are called in order. They are not called for the
 * application's own {@code S3AsyncClient} bean.
 * <p>
 * The starter sets an HTTP client builder. A customizer that sets an HTTP client must
 * remove the builder first, with {@code builder.httpClientBuilder(null)}.
 */
@FunctionalInterface
public interface S3AsyncClientBuilderCustomizer {

    /**
     * Customizes the builder.
     * @param builder the builder
     */
    void customize(S3AsyncClientBuilder builder);

}
