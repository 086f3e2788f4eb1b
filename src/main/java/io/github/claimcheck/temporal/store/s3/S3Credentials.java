package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.profiles.ProfileProperty;
import software.amazon.awssdk.regions.Region;
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

    /**
     * Creates a finder.
     * @param id the driver's id
     * @param region the client's region
     */
    S3Credentials(StorageDriverId id, Region region) {
        this.id = id;
        this.region = region;
    }

    /**
     * Finds the credentials. Requests none.
     * @throws ExternalStorageConfigurationException if the configured credentials lack a
     * module, a file or a profile
     */
    AwsCredentialsProvider find() {
        if (System.getProperty(SdkSystemSetting.AWS_ACCESS_KEY_ID.property()) != null) {
            return from("the system properties", SystemPropertyCredentialsProvider.create());
        }
        if (isSet(SdkSystemSetting.AWS_ACCESS_KEY_ID)) {
            return from("the environment variables", EnvironmentVariableCredentialsProvider.create());
        }
        if (isSet(SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE)) {
            return from("AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE", webIdentity());
        }
        ProfileFile profiles = profiles();
        Profile profile = profile(profiles);
        if (profile != null && OF_PROFILES.stream().anyMatch(profile.properties()::containsKey)) {
            return from("the AWS profile " + profile.name(), ofProfile(profiles, profile));
        }
        if (isSet(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
                || isSet(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI)) {
            return from("the container", ContainerCredentialsProvider.create());
        }
        return from(S3SourcedCredentials.NODE, InstanceProfileCredentialsProvider.create());
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

    private static ProfileFile profiles() {
        try {
            return ProfileFile.defaultProfileFile();
        }
        catch (RuntimeException ex) {
            // Omits the message and the cause, which may quote the file's content.
            throw new ExternalStorageConfigurationException("The AWS profiles cannot be read.",
                    "Correct the files that " + ProfileFileSystemSetting.AWS_CONFIG_FILE.environmentVariable() + " and "
                            + ProfileFileSystemSetting.AWS_SHARED_CREDENTIALS_FILE.environmentVariable()
                            + " name, ~/.aws/config and ~/.aws/credentials by default.");
        }
    }

    private @Nullable Profile profile(ProfileFile profiles) {
        SystemSetting setting = ProfileFileSystemSetting.AWS_PROFILE;
        String name = profileName();
        Profile profile = profiles.profile(name).orElse(null);
        if (profile == null && isNamed()) {
            throw new ExternalStorageConfigurationException(
                    setting.environmentVariable() + " is " + name + ", but there is no such profile.",
                    "Add the profile to the file that " + ProfileFileSystemSetting.AWS_CONFIG_FILE.environmentVariable()
                            + " names, ~/.aws/config by default, or unset " + setting.environmentVariable() + ".");
        }
        return profile;
    }

    private static String profileName() {
        return isNamed() ? value(ProfileFileSystemSetting.AWS_PROFILE) : "default";
    }

    /** Without a value of its own, the setting has a default. */
    private static boolean isNamed() {
        SystemSetting setting = ProfileFileSystemSetting.AWS_PROFILE;
        return Stream.of(System.getProperty(setting.property()), System.getenv(setting.environmentVariable()))
            .anyMatch((value) -> value != null && !value.isBlank());
    }

    private AwsCredentialsProvider ofProfile(ProfileFile profiles, Profile profile) {
        Map<String, Profile> chain = chain(profiles, profile);
        chain.values().forEach(this::requireUsable);
        ProfileCredentialsProvider.Builder provider = ProfileCredentialsProvider.builder().profileName(profile.name());
        if (isSet(SdkSystemSetting.AWS_REGION)) {
            return provider.build();
        }
        // What a profile says itself goes first.
        String regions = chain.keySet()
            .stream()
            .map((name) -> (name.equals("default") ? "[" : "[profile ") + name + "]\nregion = " + this.region.id())
            .collect(Collectors.joining("\n"));
        return provider.profileFile(ProfileFileSupplier.aggregate(ProfileFileSupplier.defaultSupplier(),
                ProfileFileSupplier.fixedProfileFile(ProfileFile.builder()
                    .type(ProfileFile.Type.CONFIGURATION)
                    .content(new ByteArrayInputStream(regions.getBytes(StandardCharsets.UTF_8)))
                    .build())))
            .build();
    }

    /** Returns a profile and those that it has its credentials from. */
    private Map<String, Profile> chain(ProfileFile profiles, Profile first) {
        Map<String, Profile> chain = new LinkedHashMap<>();
        Profile profile = first;
        while (profile != null && chain.putIfAbsent(profile.name(), profile) == null) {
            String name = profile.name();
            String source = profile.property(ProfileProperty.SOURCE_PROFILE).orElse(null);
            profile = (source == null) ? null
                    : profiles.profile(source)
                        .orElseThrow(() -> new ExternalStorageConfigurationException(
                                "The AWS profile " + name + " names the source_profile " + source
                                        + ", but there is no such profile.",
                                "Add that profile, or correct source_profile."));
        }
        return chain;
    }

    private void requireUsable(Profile profile) {
        Set<String> keys = profile.properties().keySet();
        String name = "The AWS profile " + profile.name() + " has ";
        if (keys.stream().anyMatch((key) -> key.startsWith("sso_"))) {
            requireModules(name + "sso_ entries", "sso", "ssooidc");
        }
        if (keys.contains(ProfileProperty.ROLE_ARN)) {
            requireModules(name + "a role_arn", "sts");
        }
        if (keys.contains(ProfileProperty.LOGIN_SESSION)) {
            requireModules(name + "a login_session", "signin");
        }
        profile.property(ProfileProperty.WEB_IDENTITY_TOKEN_FILE)
            .ifPresent(
                    (file) -> requireToken("The web_identity_token_file of the AWS profile " + profile.name(), file));
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
