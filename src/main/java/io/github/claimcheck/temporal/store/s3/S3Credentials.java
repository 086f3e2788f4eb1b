package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSupplier;
import software.amazon.awssdk.profiles.ProfileProperty;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.utils.StringUtils;
import software.amazon.awssdk.utils.SystemSetting;

/**
 * Finds the credentials that the environment configures, in the order of the AWS default
 * credentials provider chain. Unlike that chain, which passes over credentials that it
 * cannot load and signs with the next identity, such as the node's role, it uses the
 * first that are configured, and nothing else. AWS STS is asked in the client's region if
 * the environment configures none.
 */
final class S3Credentials {

    private static final Set<String> OF_PROFILES = Set.of(ProfileProperty.AWS_ACCESS_KEY_ID,
            ProfileProperty.AWS_SESSION_TOKEN, ProfileProperty.ROLE_ARN, ProfileProperty.WEB_IDENTITY_TOKEN_FILE,
            ProfileProperty.CREDENTIAL_PROCESS, ProfileProperty.SSO_START_URL, ProfileProperty.SSO_ACCOUNT_ID,
            "sso_session", ProfileProperty.LOGIN_SESSION);

    /** The modules of the AWS SDK that credentials may need, and a type of each. */
    private static final Map<String, String> CLIENTS = Map.of("sts", "StsClient", "sso", "SsoClient", "ssooidc",
            "SsoOidcClient", "signin", "SigninClient");

    private final StorageDriverId id;

    private final Region region;

    private final S3Profiles profiles;

    /**
     * Creates a finder.
     * @param id the driver's id
     * @param region the client's region
     * @param profiles the client's profiles
     */
    S3Credentials(StorageDriverId id, Region region, S3Profiles profiles) {
        this.id = id;
        this.region = region;
        this.profiles = profiles;
    }

    /**
     * Finds the credentials. Requests none.
     * @throws ExternalStorageConfigurationException if the configured credentials lack a
     * module, a file or a profile
     */
    AwsCredentialsProvider find() {
        SystemSetting accessKeyId = SdkSystemSetting.AWS_ACCESS_KEY_ID;
        if (StringUtils.isNotBlank(System.getProperty(accessKeyId.property()))) {
            return from("the system properties", SystemPropertyCredentialsProvider.create());
        }
        // An empty system property does not hide the variable.
        if (StringUtils.isNotBlank(System.getenv(accessKeyId.environmentVariable()))) {
            return from("the environment variables", EnvironmentVariableCredentialsProvider.create());
        }
        if (isSet(SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE)) {
            return from("AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE", webIdentity());
        }
        ProfileFile file = this.profiles.read();
        Profile profile = this.profiles.find(file);
        if (profile != null && OF_PROFILES.stream().anyMatch(profile.properties()::containsKey)) {
            return ofProfile(file, profile);
        }
        if (isSet(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
                || isSet(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI)) {
            return from("the container", ContainerCredentialsProvider.create());
        }
        return from(S3SourcedCredentials.NODE,
                InstanceProfileCredentialsProvider.builder()
                    .profileFile(this.profiles.files())
                    .profileName(this.profiles.name())
                    .build());
    }

    private static AwsCredentialsProvider from(String source, AwsCredentialsProvider provider) {
        return new S3SourcedCredentials(provider, source);
    }

    /** Returns whether a setting has a value. An empty variable is a secret left out. */
    private static boolean isSet(SystemSetting setting) {
        return setting.getStringValue().filter((value) -> !value.isBlank()).isPresent();
    }

    private static String value(SystemSetting setting) {
        return setting.getStringValue().orElse("").strip();
    }

    private AwsCredentialsProvider webIdentity() {
        SystemSetting file = SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE;
        requireModules(file.environmentVariable() + " is set", "sts");
        requireToken(file.environmentVariable(), value(file));
        SystemSetting role = SdkSystemSetting.AWS_ROLE_ARN;
        if (!isSet(role)) {
            throw new ExternalStorageConfigurationException(
                    file.environmentVariable() + " is set, but " + role.environmentVariable() + " is not.",
                    "Set " + role.environmentVariable() + " to the role that the token is exchanged for. On EKS, "
                            + "annotate the pod's service account with eks.amazonaws.com/role-arn.");
        }
        return new S3WebIdentity(
                isSet(SdkSystemSetting.AWS_REGION) ? Region.of(value(SdkSystemSetting.AWS_REGION)) : this.region);
    }

    private void requireToken(String source, String file) {
        if (!Files.isReadable(Path.of(file))) {
            throw new ExternalStorageConfigurationException(source + " is " + file + ", which is not a readable file.",
                    "Mount the token there, and let the user that the application runs as read it (on Kubernetes by "
                            + "securityContext.fsGroup). To use other credentials, unset " + source + ", or set "
                            + accessKey() + ".");
        }
    }

    private AwsCredentialsProvider ofProfile(ProfileFile file, Profile profile) {
        Map<String, Profile> chain = S3Profiles.chain(file, profile);
        chain.values().forEach(this::requireUsable);
        String source = "the AWS profile " + profile.name();
        if (chain.values().stream().anyMatch((each) -> S3Profiles.Kind.of(each) == S3Profiles.Kind.SINGLE_SIGN_ON)) {
            source += S3SourcedCredentials.SINGLE_SIGN_ON;
        }
        ProfileCredentialsProvider.Builder provider = ProfileCredentialsProvider.builder()
            .profileFile(this.profiles.files())
            .profileName(profile.name());
        if (isSet(SdkSystemSetting.AWS_REGION)) {
            return from(source, provider.build());
        }
        // What a profile says itself goes first.
        String regions = chain.keySet()
            .stream()
            .map((name) -> (name.equals("default") ? "[" : "[profile ") + name + "]\nregion = " + this.region.id())
            .collect(Collectors.joining("\n"));
        Supplier<ProfileFile> files = this.profiles.files();
        return from(source,
                provider.profileFile(ProfileFileSupplier.aggregate(
                        (files != null) ? files::get : ProfileFileSupplier.defaultSupplier(),
                        ProfileFileSupplier.fixedProfileFile(ProfileFile.builder()
                            .type(ProfileFile.Type.CONFIGURATION)
                            .content(new ByteArrayInputStream(regions.getBytes(StandardCharsets.UTF_8)))
                            .build())))
                    .build());
    }

    private void requireUsable(Profile profile) {
        String name = "The AWS profile " + profile.name() + " has ";
        switch (S3Profiles.Kind.of(profile)) {
            case WEB_IDENTITY -> {
                requireModules(name + "a role_arn", "sts");
                requireToken("The web_identity_token_file of the AWS profile " + profile.name(),
                        profile.property(ProfileProperty.WEB_IDENTITY_TOKEN_FILE).orElseThrow());
            }
            case SINGLE_SIGN_ON -> {
                if (profile.properties().containsKey("sso_session")) {
                    requireModules(name + "an sso_session", "sso", "ssooidc");
                }
                else {
                    requireModules(name + "sso_ entries", "sso");
                }
            }
            case ROLE -> requireModules(name + "a role_arn", "sts");
            case LOGIN -> requireModules(name + "a login_session", "signin");
            case OTHER -> {
            }
        }
    }

    private void requireModules(String why, String... modules) {
        String missing = Stream.of(modules)
            .filter((module) -> !isPresent(module))
            .map((module) -> "software.amazon.awssdk:" + module)
            .collect(Collectors.joining(" and "));
        if (!missing.isEmpty()) {
            throw new ExternalStorageConfigurationException(why + ", but the class path lacks " + missing + ".",
                    "Add " + missing + ", in the same version as software.amazon.awssdk:s3. To use other credentials, "
                            + "set " + accessKey() + ".");
        }
    }

    private static boolean isPresent(String module) {
        try {
            Class.forName("software.amazon.awssdk.services." + module + "." + CLIENTS.get(module), false,
                    S3Credentials.class.getClassLoader());
            return true;
        }
        catch (ClassNotFoundException ex) {
            return false;
        }
    }

    private String accessKey() {
        return this.id.property("credentials.access-key-id") + " and "
                + this.id.property("credentials.secret-access-key");
    }

}
