package com.example.consumer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * An S3 server that checks signatures and keeps its objects as files: S3Proxy, in a
 * process of its own. What it holds is read from its directory, so that nothing of the
 * starter or the AWS SDK is needed to look at it.
 */
final class S3Server implements AutoCloseable {

    static final String ACCESS_KEY_ID = "test-access-key";

    static final String SECRET_ACCESS_KEY = "test-secret-key";

    private final Path data;

    private final int port;

    private final Process process;

    S3Server() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("s3-server");
        this.data = Files.createDirectory(directory.resolve("data"));
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
        }
        Path configuration = directory.resolve("s3proxy.properties");
        Files.write(configuration,
                List.of("s3proxy.endpoint=" + getEndpoint(), "s3proxy.authorization=aws-v2-or-v4",
                        "s3proxy.identity=" + ACCESS_KEY_ID, "s3proxy.credential=" + SECRET_ACCESS_KEY,
                        "jclouds.provider=filesystem-nio2", "jclouds.identity=unused", "jclouds.credential=unused",
                        "jclouds.filesystem.basedir=" + this.data));
        Path log = directory.resolve("s3proxy.log");
        this.process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-DLOG_LEVEL=warn", "-jar", "target/s3proxy/s3proxy.jar", "--properties",
                configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
        // A test run that is ended from outside closes nothing.
        Runtime.getRuntime().addShutdownHook(new Thread(this.process::destroyForcibly));
        for (int i = 0; i < 600 && this.process.isAlive(); i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), 100);
                return;
            }
            catch (IOException ex) {
                Thread.sleep(100);
            }
        }
        close();
        throw new IllegalStateException("The S3 server does not listen: " + Files.readString(log));
    }

    String getEndpoint() {
        return "http://127.0.0.1:" + this.port;
    }

    void createBucket(String bucket) throws IOException {
        Files.createDirectory(this.data.resolve(bucket));
    }

    List<String> keys(String bucket) throws IOException {
        try (Stream<Path> files = Files.walk(this.data.resolve(bucket))) {
            return files.filter(Files::isRegularFile)
                .map((file) -> this.data.resolve(bucket).relativize(file).toString().replace('\\', '/'))
                .toList();
        }
    }

    byte[] content(String bucket, String key) throws IOException {
        return Files.readAllBytes(this.data.resolve(bucket).resolve(key));
    }

    @Override
    public void close() {
        this.process.destroyForcibly();
    }

}
