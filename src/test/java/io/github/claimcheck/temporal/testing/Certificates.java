package io.github.claimcheck.temporal.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates of private CAs, made by Java's keytool. */
public final class Certificates {

    private static final String PASSWORD = "changeit";

    private static final String ALIAS = "key";

    private Certificates() {
    }

    /** Returns a key and its certificate for a host, which a CA of its own has signed. */
    public static KeyStore create(Path directory, String host, String... options)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path file = Files.createTempDirectory(directory, "key").resolve("store.p12");
        keytool(file, "ca", List.of("-dname", "CN=ca of " + host, "-ext", "bc=ca:true"));
        List<String> signed = new ArrayList<>(
                List.of("-dname", "CN=" + host, "-ext", "san=dns:" + host, "-signer", "ca"));
        signed.addAll(List.of(options));
        keytool(file, ALIAS, signed);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream input = Files.newInputStream(file)) {
            store.load(input, PASSWORD.toCharArray());
        }
        store.deleteEntry("ca");
        return store;
    }

    private static void keytool(Path file, String alias, List<String> options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", alias,
                "-keyalg", "EC", "-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        command.addAll(options);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(output);
        }
    }

    /** Returns a trust store of the CAs that have signed these certificates. */
    public static KeyStore trusting(KeyStore... keys) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < keys.length; i++) {
            store.setCertificateEntry("ca" + i, keys[i].getCertificateChain(ALIAS)[1]);
        }
        return store;
    }

    /** Returns the context of a server. */
    public static SSLContext context(KeyStore key, KeyStore trusted) throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(key, PASSWORD.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /** The password of all keys. */
    public static String password() {
        return PASSWORD;
    }

}
