package io.github.claimcheck.temporal.store.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.netty.NettyAsyncHttpClientBuilder;
import io.github.claimcheck.temporal.spi.SslMaterial;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import javax.net.ssl.SSLException;

/** Creates HTTP clients that use an SSL bundle. The only type that needs Netty. */
final class AzureHttpClients {

    private AzureHttpClients() {
    }

    /**
     * Creates the client that the Azure library would create, but for its certificates.
     * @param ssl the certificates
     */
    static HttpClient create(SslMaterial ssl) {
        try {
            SslContext context = SslContextBuilder.forClient()
                .trustManager(ssl.trustManager())
                .keyManager(ssl.keyManager())
                // The default of Netty 4.2, but not of 4.1.
                .endpointIdentificationAlgorithm("HTTPS")
                .build();
            return new NettyAsyncHttpClientBuilder(
                    reactor.netty.http.client.HttpClient.create().secure((spec) -> spec.sslContext(context)))
                .build();
        }
        catch (SSLException ex) {
            throw new IllegalStateException("TLS is part of every Java runtime", ex);
        }
    }

}
