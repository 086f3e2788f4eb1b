package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.StoringApplication;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who signs, told by the signature of the request: an application in a process of its
 * own, with the environment variables and profile files that a deployment has. A node's
 * role is always there to fall back to, and must never be.
 */
@Timeout(120)
@Tag("slow")
class CredentialsTests {

    private static final String ROLE = "arn:aws:iam::123456789012:role/";

    private final Map<String, String> environment = new HashMap<>();

    private final List<String> arguments = new ArrayList<>();

    @TempDir
    private Path directory;

    private FakeAws aws;

    @BeforeEach
    void start() throws IOException {
        this.aws = new FakeAws();
        this.environment.put("AWS_ENDPOINT_URL_STS", this.aws.endpoint().toString());
        this.environment.put("AWS_ENDPOINT_URL_S3", this.aws.endpoint().toString());
        this.environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", this.aws.endpoint().toString());
        this.environment.put("AWS_CONFIG_FILE", this.directory.resolve("config").toString());
        this.environment.put("AWS_SHARED_CREDENTIALS_FILE", this.directory.resolve("credentials").toString());
        this.arguments.add("--temporal.external-storage.drivers.s3.bucket=bucket");
        this.arguments.add("--temporal.external-storage.drivers.s3.path-style-access=true");
        this.arguments.add("--temporal.external-storage.drivers.s3.region=eu-west-1");
    }

    @AfterEach
    void stop() {
        this.aws.close();
    }

    @Test
    void aWebIdentity() throws Exception {
        webIdentity("payloads");
        this.arguments.add(StoringApplication.BLOCKING);
        this.environment.put("AWS_REGION", "eu-west-1");
        assertThat(run()).contains("stored");
        assertThat(this.aws.signers()).containsExactly("payloads-token@eu-west-1", "payloads-token@eu-west-1");
    }

    @Test
    void aWebIdentityNeedsNoRegionButTheDrivers() throws Exception {
        webIdentity("payloads");
        this.environment.remove("AWS_ENDPOINT_URL_STS");
        try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> request = CompletableFuture.supplyAsync(() -> firstLine(proxy));
            assertThat(run("-Dhttps.proxyHost=127.0.0.1", "-Dhttps.proxyPort=" + proxy.getLocalPort()))
                .contains("FAILURE StorageUnreachableException", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS STS");
            assertThat(request.get()).startsWith("CONNECT sts.eu-west-1.amazonaws.com:443");
        }
        assertThat(this.aws.signers()).isEmpty();
    }

    private static String firstLine(ServerSocket server) {
        try (Socket socket = server.accept()) {
            server.close();
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                .readLine();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Test
    void aWebIdentityThatIsRefused() throws Exception {
        webIdentity("forbidden");
        assertThat(run()).contains("FAILURE StorageAccessDeniedException", "Not authorized to perform", "trust policy",
                "AWS_ROLE_ARN");
        assertThat(this.aws.signers()).isEmpty();
    }

    @Test
    void aTokenThatIsNotThere() throws Exception {
        webIdentity("payloads");
        Files.delete(Path.of(this.environment.get("AWS_WEB_IDENTITY_TOKEN_FILE")));
        assertThat(run()).contains("AWS_WEB_IDENTITY_TOKEN_FILE is " + this.directory.resolve("token"),
                "not a readable file", "fsGroup");
        assertThat(this.aws.signers()).isEmpty();
    }

    @Test
    void aTokenWithoutARole() throws Exception {
        webIdentity("payloads");
        this.environment.remove("AWS_ROLE_ARN");
        assertThat(run()).contains("AWS_ROLE_ARN is not", "eks.amazonaws.com/role-arn");
        assertThat(this.aws.signers()).isEmpty();
    }

    @Test
    void aWebIdentityWithoutTheModule() throws Exception {
        webIdentity("payloads");
        assertThat(runWithout("sts")).contains("AWS_WEB_IDENTITY_TOKEN_FILE is set",
                "the class path lacks software.amazon.awssdk:sts", "credentials.access-key-id");
        assertThat(this.aws.signers()).isEmpty();
    }

    @Test
    void aRoleOfAnotherProfile() throws Exception {
        config("[profile base]", "aws_access_key_id = BASE", "aws_secret_access_key = secret", "[profile first]",
                "role_arn = " + ROLE + "one", "source_profile = base", "[profile app]", "role_arn = " + ROLE + "two",
                "source_profile = first");
        this.environment.put("AWS_PROFILE", "app");
        assertThat(run()).contains("stored");
        assertThat(this.aws.signers()).containsExactly("two<one<BASE@eu-west-1");
        assertThat(this.aws.requests()).containsExactly("AssumeRole one in eu-west-1", "AssumeRole two in eu-west-1");
    }

    @Test
    void aRoleWithTheRegionOfItsProfile() throws Exception {
        config("[default]", "region = eu-central-1", "role_arn = " + ROLE + "one", "credential_source = EcsContainer");
        pod();
        assertThat(run()).contains("stored");
        assertThat(this.aws.signers()).containsExactly("one<CONTAINER@eu-west-1");
        assertThat(this.aws.requests()).containsExactly("container", "AssumeRole one in eu-central-1");
    }

    @Test
    void aProfileThatThereIsNot() throws Exception {
        this.environment.put("AWS_PROFILE", "app");
        assertThat(run()).contains("AWS_PROFILE is app, but there is no such profile");
        assertThat(this.aws.signers()).isEmpty();
    }

    @Test
    void aProfileOfSingleSignOn() throws Exception {
        config("[default]", "sso_session = corp", "sso_account_id = 123456789012", "sso_role_name = dev",
                "[sso-session corp]", "sso_region = eu-west-1", "sso_start_url = https://corp.awsapps.com/start");
        assertThat(run()).contains("The AWS profile default has an sso_session",
                "software.amazon.awssdk:sso and software.amazon.awssdk:ssooidc",
                "in the same version as software.amazon.awssdk:s3");
        assertThat(this.aws.signers()).isEmpty();
    }

    @Test
    void aProfileOfSingleSignOnWithoutASession() throws Exception {
        config("[default]", "sso_account_id = 123456789012", "sso_role_name = dev", "sso_region = eu-west-1",
                "sso_start_url = https://corp.awsapps.com/start");
        assertThat(run()).contains("The AWS profile default has sso_ entries", "lacks software.amazon.awssdk:sso.");
    }

    @Test
    void anAccessKeyOfAProfileWithEntriesThatOnlyRolesUse() throws Exception {
        config("[default]", "aws_access_key_id = PROFILE", "aws_secret_access_key = secret",
                "source_profile = no-such-profile", "web_identity_token_file = /no/such/token");
        assertThat(run()).contains("stored");
        assertThat(this.aws.signers()).containsExactly("PROFILE@eu-west-1");
    }

    @Test
    void anEmptyAccessKeyOfTheSystemProperties() throws Exception {
        this.environment.put("AWS_ACCESS_KEY_ID", "ENVIRONMENT");
        this.environment.put("AWS_SECRET_ACCESS_KEY", "secret");
        assertThat(run("-Daws.accessKeyId=")).contains("stored");
        assertThat(this.aws.signers()).containsExactly("ENVIRONMENT@eu-west-1");
    }

    @Test
    void aPodIdentityBeforeTheRoleOfTheNode() throws Exception {
        pod();
        assertThat(run()).contains("stored");
        assertThat(this.aws.signers()).containsExactly("CONTAINER@eu-west-1");
    }

    @Test
    void aPodIdentityThatIsRefused() throws Exception {
        pod();
        Files.writeString(this.directory.resolve("pod-token"), "wrong");
        assertThat(run()).contains("FAILURE StorageAccessDeniedException");
        assertThat(this.aws.signers()).isEmpty();
        assertThat(this.aws.requests()).doesNotContain("node");
    }

    @Test
    void theRoleOfTheNode() throws Exception {
        config("[default]", "region = eu-central-1");
        this.environment.put("AWS_ACCESS_KEY_ID", "");
        assertThat(run()).contains("stored");
        assertThat(this.aws.signers()).containsExactly("NODE@eu-west-1");
    }

    @Test
    void noCredentialsAtAll() throws Exception {
        this.environment.put("AWS_EC2_METADATA_DISABLED", "true");
        assertThat(run()).contains("FAILURE StorageAccessDeniedException",
                "Set the driver's credentials.access-key-id and credentials.secret-access-key");
        assertThat(this.aws.signers()).isEmpty();
    }

    @Test
    void anAccessKeyOfTheEnvironmentBeforeAllElse() throws Exception {
        webIdentity("payloads");
        pod();
        this.environment.put("AWS_ACCESS_KEY_ID", "ENVIRONMENT");
        this.environment.put("AWS_SECRET_ACCESS_KEY", "secret");
        assertThat(run()).contains("stored");
        assertThat(this.aws.signers()).containsExactly("ENVIRONMENT@eu-west-1");
    }

    @Test
    void halfAnAccessKeyOfTheEnvironment() throws Exception {
        this.environment.put("AWS_ACCESS_KEY_ID", "ENVIRONMENT");
        assertThat(run()).contains("FAILURE StorageAccessDeniedException", "AWS_SECRET_ACCESS_KEY");
        assertThat(this.aws.signers()).isEmpty();
    }

    private void webIdentity(String role) throws IOException {
        this.environment.put("AWS_ROLE_ARN", ROLE + role);
        this.environment.put("AWS_WEB_IDENTITY_TOKEN_FILE",
                Files.writeString(this.directory.resolve("token"), "-token").toString());
    }

    private void pod() throws IOException {
        this.environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", this.aws.endpoint() + "/container");
        this.environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                Files.writeString(this.directory.resolve("pod-token"), FakeAws.CONTAINER_TOKEN).toString());
    }

    private void config(String... lines) throws IOException {
        Files.write(this.directory.resolve("config"), List.of(lines));
    }

    private String run(String... options) throws IOException {
        return StoringApplication.run(this.environment, System.getProperty("java.class.path"), List.of(options),
                this.arguments);
    }

    private String runWithout(String module) throws IOException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter((entry) -> !entry.contains(File.separator + module + "-"))
            .collect(Collectors.joining(File.pathSeparator));
        return StoringApplication.run(this.environment, classPath, List.of(), this.arguments);
    }

}
