package io.github.claimcheck.temporal.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * An S3 server other than the one that the build brings along, from {@code target/tools}
 * or from the path, in a process of its own. Each is a different reading of the protocol.
 */
public final class OtherS3Server extends ServerProcess implements S3ObjectServer {

    private static final Map<Kind, OtherS3Server> SHARED = new EnumMap<>(Kind.class);

    private final Kind kind;

    private S3AsyncClient client;

    private OtherS3Server(Kind kind) {
        super(kind.name());
        this.kind = kind;
        resume();
    }

    /** Returns a server that lives as long as the test run. */
    public static synchronized OtherS3Server shared(Kind kind) {
        return SHARED.computeIfAbsent(kind, OtherS3Server::new);
    }

    @Override
    protected List<String> command() throws IOException {
        List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(this.kind.command.apply(this));
        return command;
    }

    @Override
    public synchronized S3AsyncClient getClient() {
        if (this.client == null) {
            this.client = S3Server.newClient(getEndpoint());
        }
        return this.client;
    }

    private String address() {
        return "127.0.0.1:" + getPort();
    }

    private String directory(String name) {
        try {
            return Files.createDirectories(getDirectory().resolve(name)).toString();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void close() {
        if (this.client != null) {
            this.client.close();
        }
        super.close();
    }

    /** The servers, and how each is started. */
    public enum Kind {

        /** A gateway that keeps objects as files, and checks signatures. */
        VERSITYGW("versitygw",
                "with Go on the path, run GOBIN=$PWD/target/tools/versitygw/bin go install "
                        + "github.com/versity/versitygw/cmd/versitygw@v1.8.0",
                (server) -> List.of("ROOT_ACCESS_KEY=" + S3Proxy.ACCESS_KEY_ID,
                        "ROOT_SECRET_KEY=" + S3Proxy.SECRET_ACCESS_KEY, server.kind.executable().toString(), "--quiet",
                        "--region", S3Proxy.REGION, "--port", server.address(), "posix", "--nometa",
                        server.directory("data"))),

        /**
         * Keeps objects in memory, and answers {@code Expect: 100-continue} more than
         * once.
         */
        MOTO("moto_server",
                "run python3 -m venv target/tools/moto_server && target/tools/moto_server/bin/pip install "
                        + "'moto[server,s3]==5.2.5'",
                (server) -> List.of(server.kind.executable().toString(), "--host", "127.0.0.1", "--port",
                        String.valueOf(server.getPort()))),

        /** LocalStack without a container. */
        LOCALSTACK("localstack",
                "run python3 -m venv target/tools/localstack && target/tools/localstack/bin/pip install "
                        + "'localstack-core[runtime]==4.4.0' 'cbor2<5.7' 'pyopenssl<25.2'",
                (server) -> List.of("SERVICES=s3,kms", "EAGER_SERVICE_LOADING=1", "GATEWAY_SERVER=hypercorn",
                        "GATEWAY_LISTEN=" + server.address(), "DISABLE_EVENTS=1", "SKIP_SSL_CERT_DOWNLOAD=1",
                        "FILESYSTEM_ROOT=" + server.directory("data"),
                        server.kind.executable().resolveSibling("python").toString(), "-m", "localstack.runtime.main"));

        private final String executable;

        private final String installation;

        private final Function<OtherS3Server, List<String>> command;

        Kind(String executable, String installation, Function<OtherS3Server, List<String>> command) {
            this.executable = executable;
            this.installation = installation;
            this.command = command;
        }

        /** Skips tests on this server where it is not installed. */
        ServerCondition condition() {
            return new ServerCondition(() -> find().isPresent(),
                    "There is no " + this.executable + ": " + this.installation);
        }

        private Path executable() {
            return find().orElseThrow();
        }

        private Optional<Path> find() {
            Path installed = tools().resolve(this.executable).resolve("bin").resolve(this.executable);
            return Files.isExecutable(installed) ? Optional.of(installed) : onPath(this.executable);
        }

    }

}
