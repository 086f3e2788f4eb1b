package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.profiles.ProfileProperty;
import software.amazon.awssdk.utils.SystemSetting;

/**
 * The AWS profiles of a client, and which of them it uses.
 *
 * @param files provides the profiles; null for those of the environment
 * @param name the name of the profile; null for that of the environment
 */
record S3Profiles(@Nullable Supplier<ProfileFile> files, @Nullable String name) {

    private static final Set<String> SINGLE_SIGN_ON = Set.of(ProfileProperty.SSO_ROLE_NAME,
            ProfileProperty.SSO_ACCOUNT_ID, ProfileProperty.SSO_REGION, ProfileProperty.SSO_START_URL, "sso_session");

    /**
     * Returns the profiles of a client.
     * @param configuration the client's configuration, which may name them
     */
    static S3Profiles of(ClientOverrideConfiguration configuration) {
        return new S3Profiles(configuration.defaultProfileFileSupplier().orElse(null),
                configuration.defaultProfileName().orElse(null));
    }

    /**
     * Reads the profiles.
     * @throws ExternalStorageConfigurationException if they cannot be read
     */
    ProfileFile read() {
        try {
            return (this.files != null) ? this.files.get() : ProfileFile.defaultProfileFile();
        }
        catch (RuntimeException ex) {
            // Omits the message and the cause, which may quote the file's content.
            throw new ExternalStorageConfigurationException("The AWS profiles cannot be read.", (this.files != null)
                    ? "Correct the defaultProfileFile that a customizer sets."
                    : "Correct the files that " + ProfileFileSystemSetting.AWS_CONFIG_FILE.environmentVariable()
                            + " and " + ProfileFileSystemSetting.AWS_SHARED_CREDENTIALS_FILE.environmentVariable()
                            + " name, ~/.aws/config and ~/.aws/credentials by default.");
        }
    }

    /**
     * Finds the client's profile.
     * @param profiles all profiles
     * @return the profile; null if none is named and there is no default
     * @throws ExternalStorageConfigurationException if there is no profile of the name
     */
    @Nullable Profile find(ProfileFile profiles) {
        SystemSetting setting = ProfileFileSystemSetting.AWS_PROFILE;
        String named = (this.name != null) ? this.name : ofEnvironment();
        Profile profile = profiles.profile((named != null) ? named : "default").orElse(null);
        if (profile == null && named != null) {
            String source = (this.name != null) ? "A customizer's defaultProfileName" : setting.environmentVariable();
            throw new ExternalStorageConfigurationException(source + " is " + named + ", but there is no such profile.",
                    "Add the profile to "
                            + ((this.files != null) ? "the customizer's defaultProfileFile"
                                    : "the file that " + ProfileFileSystemSetting.AWS_CONFIG_FILE.environmentVariable()
                                            + " names, ~/.aws/config by default")
                            + ", or " + ((this.name != null) ? "correct the name."
                                    : "unset " + setting.environmentVariable() + "."));
        }
        return profile;
    }

    /** Without a value of its own, the setting has a default. */
    private static @Nullable String ofEnvironment() {
        SystemSetting setting = ProfileFileSystemSetting.AWS_PROFILE;
        return Stream.of(setting.property(), setting.environmentVariable())
            .map((key) -> key.equals(setting.property()) ? System.getProperty(key) : System.getenv(key))
            .filter((value) -> value != null && !value.isBlank())
            .map(String::strip)
            .findFirst()
            .orElse(null);
    }

    /** Returns a profile and those that it has its credentials from, by name. */
    static Map<String, Profile> chain(ProfileFile profiles, Profile first) {
        Map<String, Profile> chain = new LinkedHashMap<>();
        Profile profile = first;
        while (profile != null && chain.putIfAbsent(profile.name(), profile) == null) {
            String name = profile.name();
            String source = (Kind.of(profile) == Kind.ROLE)
                    ? profile.property(ProfileProperty.SOURCE_PROFILE).orElse(null) : null;
            profile = (source == null) ? null
                    : profiles.profile(source)
                        .orElseThrow(() -> new ExternalStorageConfigurationException(
                                "The AWS profile " + name + " names the source_profile " + source
                                        + ", but there is no such profile.",
                                "Add that profile, or correct source_profile."));
        }
        return chain;
    }

    /** Which of its entries the AWS SDK uses a profile's credentials from. */
    enum Kind {

        WEB_IDENTITY, SINGLE_SIGN_ON, ROLE, LOGIN, OTHER;

        /** Returns the kind of a profile. The order is the SDK's. */
        static Kind of(Profile profile) {
            Set<String> keys = profile.properties().keySet();
            boolean role = keys.contains(ProfileProperty.ROLE_ARN);
            if (role && keys.contains(ProfileProperty.WEB_IDENTITY_TOKEN_FILE)) {
                return WEB_IDENTITY;
            }
            if (keys.stream().anyMatch(S3Profiles.SINGLE_SIGN_ON::contains)) {
                return SINGLE_SIGN_ON;
            }
            if (role && (keys.contains(ProfileProperty.SOURCE_PROFILE)
                    || keys.contains(ProfileProperty.CREDENTIAL_SOURCE))) {
                return ROLE;
            }
            return keys.contains(ProfileProperty.LOGIN_SESSION) ? LOGIN : OTHER;
        }

    }

}
