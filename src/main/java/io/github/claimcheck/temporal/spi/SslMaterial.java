package io.github.claimcheck.temporal.spi;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/**
 * The certificates that a storage driver's client trusts, and its own, from one of Spring
 * Boot's SSL bundles. New connections use the bundle as it was last reloaded.
 * <p>
 * Thread-safe.
 */
public final class SslMaterial {

    private final X509ExtendedTrustManager trustManager = new CurrentTrustManager();

    private final X509ExtendedKeyManager keyManager = new CurrentKeyManager();

    private volatile Managers current;

    private SslMaterial(Managers current) {
        this.current = current;
    }

    /**
     * Finds the bundle that a property names.
     * @param bundles provides the application's bundles
     * @param property the property, such as {@code ssl.bundle}
     * @param name the value of the property; may be null or blank
     * @return the material of the bundle; null without a name
     * @throws ExternalStorageConfigurationException if there is no such bundle, or it
     * cannot be loaded
     */
    public static @Nullable SslMaterial find(ObjectProvider<SslBundles> bundles, StorageDriverProperty property,
            @Nullable String name) {
        if (name == null || !StringUtils.hasText(name)) {
            return null;
        }
        SslBundles registered = bundles.getIfAvailable();
        if (registered == null) {
            throw unknown(property, name, "Declare an SslBundles bean, or remove " + property + ".", null);
        }
        try {
            SslMaterial material = new SslMaterial(Managers.of(registered.getBundle(name)));
            registered.addBundleUpdateHandler(name, (bundle) -> material.current = Managers.of(bundle));
            return material;
        }
        catch (NoSuchSslBundleException ex) {
            String known = String.join(", ", registered.getBundleNames());
            throw unknown(property, name,
                    known.isEmpty()
                            ? "Declare the bundle under spring.ssl.bundle.pem." + name + " or spring.ssl.bundle.jks."
                                    + name + ", or remove " + property + "."
                            : "Set " + property + " to one of: " + known + ".",
                    ex);
        }
        catch (IllegalStateException ex) {
            throw property.invalid(name, "is an SSL bundle that cannot be loaded",
                    "Correct spring.ssl.bundle.pem." + name + " or spring.ssl.bundle.jks." + name + ".", ex);
        }
    }

    private static ExternalStorageConfigurationException unknown(StorageDriverProperty property, String name,
            String action, @Nullable Exception cause) {
        return property.invalid(name, "is not the name of an SSL bundle", action, cause);
    }

    /**
     * Returns a trust manager that always uses the current bundle.
     * @return the trust manager
     */
    public X509ExtendedTrustManager trustManager() {
        return this.trustManager;
    }

    /**
     * Returns a key manager that always uses the current bundle.
     * @return the key manager, which has no keys if the bundle has none
     */
    public X509ExtendedKeyManager keyManager() {
        return this.keyManager;
    }

    /**
     * Creates an SSL context of both managers.
     * @return a new context
     */
    public SSLContext createSslContext() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] { this.keyManager }, new TrustManager[] { this.trustManager }, null);
            return context;
        }
        catch (GeneralSecurityException ex) {
            throw new IllegalStateException("TLS is part of every Java runtime", ex);
        }
    }

    private record Managers(X509ExtendedTrustManager trust, @Nullable X509ExtendedKeyManager key) {

        static Managers of(SslBundle bundle) {
            X509ExtendedTrustManager trust = first(bundle.getManagers().getTrustManagers(),
                    X509ExtendedTrustManager.class);
            if (trust == null) {
                throw new IllegalStateException("The bundle has no trust manager for X.509 certificates");
            }
            return new Managers(trust, first(bundle.getManagers().getKeyManagers(), X509ExtendedKeyManager.class));
        }

        private static <T> @Nullable T first(Object[] managers, Class<T> type) {
            return Stream.of(managers).filter(type::isInstance).map(type::cast).findFirst().orElse(null);
        }

    }

    private final class CurrentTrustManager extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            SslMaterial.this.current.trust().checkClientTrusted(chain, type, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            SslMaterial.this.current.trust().checkServerTrusted(chain, type, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            SslMaterial.this.current.trust().checkClientTrusted(chain, type, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            SslMaterial.this.current.trust().checkServerTrusted(chain, type, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            SslMaterial.this.current.trust().checkClientTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            SslMaterial.this.current.trust().checkServerTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return SslMaterial.this.current.trust().getAcceptedIssuers();
        }

    }

    /** A client never asks for the aliases of servers. */
    @SuppressWarnings("NullAway") // The interface predates annotations: null is no alias.
    private final class CurrentKeyManager extends X509ExtendedKeyManager {

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            X509ExtendedKeyManager key = SslMaterial.this.current.key();
            return (key != null) ? key.getClientAliases(type, issuers) : null;
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            X509ExtendedKeyManager key = SslMaterial.this.current.key();
            return (key != null) ? key.chooseClientAlias(types, issuers, socket) : null;
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
            X509ExtendedKeyManager key = SslMaterial.this.current.key();
            return (key != null) ? key.chooseEngineClientAlias(types, issuers, engine) : null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            X509ExtendedKeyManager key = SslMaterial.this.current.key();
            return (key != null) ? key.getCertificateChain(alias) : null;
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            X509ExtendedKeyManager key = SslMaterial.this.current.key();
            return (key != null) ? key.getPrivateKey(alias) : null;
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return null;
        }

    }

}
