package io.github.claimcheck.sample.s3;

import io.github.claimcheck.sample.startup.StartupException;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Runs S3Proxy, an S3 server that checks signatures and keeps its objects as files,
 * inside this process.
 */
final class EmbeddedS3Server {

    private EmbeddedS3Server() {
    }

    /**
     * Starts the server, which runs until the process ends.
     * @return its endpoint
     */
    static URI start(EmbeddedS3Properties properties) {
        Path jar = properties.jar().toAbsolutePath();
        if (!Files.isRegularFile(jar)) {
            throw new StartupException("The S3 server is not at " + jar,
                    "Build the application with Maven, which puts it there, and start it in the directory sample-app.");
        }
        URI endpoint = URI.create("http://127.0.0.1:" + freePort(properties.port()));
        try {
            // A directory next to the others is what S3Proxy knows as a bucket.
            Files.createDirectories(properties.directory().resolve(properties.bucket()));
            Path configuration = writeConfiguration(properties, endpoint);
            runMain(jar, configuration);
            Files.delete(configuration);
        }
        catch (IOException | ReflectiveOperationException ex) {
            throw new StartupException("The S3 server did not start: " + ex, "Check the properties under sample.s3.",
                    ex);
        }
        return endpoint;
    }

    /** S3Proxy ends the process when its port is taken, so that is found out before. */
    private static int freePort(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket.getLocalPort();
        }
        catch (IOException ex) {
            throw new StartupException("The S3 server cannot listen on port " + port + ": " + ex.getMessage(),
                    "Stop what uses the port, or set sample.s3.port to another one, or to 0 for any free one.", ex);
        }
    }

    private static Path writeConfiguration(EmbeddedS3Properties properties, URI endpoint) throws IOException {
        Properties configuration = new Properties();
        configuration.setProperty("s3proxy.endpoint", endpoint.toString());
        configuration.setProperty("s3proxy.authorization", "aws-v2-or-v4");
        configuration.setProperty("s3proxy.identity", properties.accessKeyId());
        configuration.setProperty("s3proxy.credential", properties.secretAccessKey());
        configuration.setProperty("jclouds.provider", "filesystem-nio2");
        configuration.setProperty("jclouds.filesystem.basedir", properties.directory().toAbsolutePath().toString());
        Path file = Files.createTempFile("s3proxy", ".properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            configuration.store(writer, null);
        }
        return file;
    }

    /**
     * Runs S3Proxy's main method, which returns when the server is up. Its jar has copies
     * of many libraries that the application uses in other versions, so it gets a class
     * loader that sees nothing but the jar and the JDK. The directory before it holds the
     * server's logging configuration.
     */
    private static void runMain(Path jar, Path configuration) throws IOException, ReflectiveOperationException {
        URL logging = EmbeddedS3Server.class.getResource("/s3proxy/");
        ClassLoader s3proxy = new URLClassLoader("s3proxy", new URL[] { logging, jar.toUri().toURL() },
                ClassLoader.getPlatformClassLoader());
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(s3proxy);
        try {
            s3proxy.loadClass("org.gaul.s3proxy.Main")
                .getMethod("main", String[].class)
                .invoke(null, (Object) new String[] { "--properties", configuration.toString() });
        }
        finally {
            thread.setContextClassLoader(before);
        }
    }

}
