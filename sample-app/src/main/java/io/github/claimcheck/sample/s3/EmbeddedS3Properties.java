package io.github.claimcheck.sample.s3;

import java.nio.file.Path;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the S3 server inside the application; without them there is none.
 *
 * @param jar where the build has put S3Proxy
 * @param port port to listen on, 0 for any free one
 * @param directory where the server keeps its data
 * @param bucket bucket to create
 * @param accessKeyId access key that requests must be signed with
 * @param secretAccessKey its secret
 */
record EmbeddedS3Properties(@DefaultValue("target/s3proxy/s3proxy.jar") Path jar, @DefaultValue("0") int port,
        Path directory, String bucket, String accessKeyId, String secretAccessKey) {
}
