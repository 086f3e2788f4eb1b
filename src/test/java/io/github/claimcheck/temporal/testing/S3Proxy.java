package io.github.claimcheck.temporal.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A real S3 server that checks signatures and keeps its objects as files: S3Proxy, in a
 * process of its own, because its jar carries its own copies of half the class path. What
 * it holds can be read from its directory, without a client.
 */
public class S3Proxy extends ServerProcess {

    public static final String ACCESS_KEY_ID = "test-access-key";

    public static final String SECRET_ACCESS_KEY = "test-secret-key";

    public static final String REGION = "eu-west-1";

    private final Path data = getDirectory().resolve("data");

    public S3Proxy() {
        super("The S3 server");
        resume();
    }

    @Override
    protected final List<String> command() throws IOException {
        Path jar = Path.of(System.getProperty("s3proxy.jar", "target/s3proxy/s3proxy.jar"));
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing; run mvn generate-test-resources");
        }
        Path configuration = getDirectory().resolve("s3proxy.properties");
        Files.createDirectories(this.data);
        Files.write(configuration,
                List.of("s3proxy.endpoint=" + getEndpoint(), "s3proxy.authorization=aws-v2-or-v4",
                        "s3proxy.identity=" + ACCESS_KEY_ID, "s3proxy.credential=" + SECRET_ACCESS_KEY,
                        "jclouds.provider=filesystem-nio2", "jclouds.identity=unused", "jclouds.credential=unused",
                        "jclouds.filesystem.basedir=" + this.data));
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                "-DLOG_LEVEL=warn", "-jar", jar.toString(), "--properties", configuration.toString());
    }

    /** Returns the directory of a bucket, which holds a file for each object. */
    public final Path directoryOf(String bucket) {
        return this.data.resolve(bucket);
    }

    /** Returns the keys of all objects in a bucket, from its directory. */
    public final List<String> filesOf(String bucket) throws IOException {
        try (Stream<Path> files = Files.walk(directoryOf(bucket))) {
            return files.filter(Files::isRegularFile)
                .map((file) -> directoryOf(bucket).relativize(file).toString().replace('\\', '/'))
                .toList();
        }
    }

}
