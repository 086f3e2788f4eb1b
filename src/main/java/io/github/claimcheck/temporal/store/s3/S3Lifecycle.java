package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.driver.KeySpace;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.internal.Transfers;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.GetBucketLifecycleConfigurationResponse;
import software.amazon.awssdk.services.s3.model.LifecycleExpiration;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.LifecycleRuleAndOperator;
import software.amazon.awssdk.services.s3.model.LifecycleRuleFilter;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Transition;
import software.amazon.awssdk.services.s3.model.TransitionStorageClass;

/**
 * Reads when the lifecycle rules of a bucket delete objects, or archive them so that they
 * cannot be read. S3 acts at the first midnight UTC after a rule's days, so an object
 * lives for at least these days.
 *
 * @param client the client
 * @param bucket the bucket
 */
record S3Lifecycle(S3AsyncClient client, String bucket) {

    private static final Set<TransitionStorageClass> ARCHIVES = Set.of(TransitionStorageClass.GLACIER,
            TransitionStorageClass.DEEP_ARCHIVE);

    /** Codes and statuses of stores that do not know lifecycle rules. */
    private static final Set<Integer> UNSUPPORTED = Set.of(400, 405, 501);

    /** Reads the rules, of which those for the given keys count. */
    CompletableFuture<Expiry> read(KeySpace keys) {
        if (this.bucket.startsWith("arn:")) {
            return CompletableFuture
                .completedFuture(Expiry.unknown("An access point does not tell the lifecycle rules of its bucket"));
        }
        return Transfers
            .<GetBucketLifecycleConfigurationResponse, Rules>one(
                    () -> this.client.getBucketLifecycleConfiguration((request) -> request.bucket(this.bucket)),
                    (response, failure) -> (failure != null) ? withoutRules(failure) : Rules.of(response, keys))
            .thenCompose(this::withVersions);
    }

    private Rules withoutRules(Throwable failure) {
        if (failure instanceof S3Exception refused) {
            String code = S3Diagnosis.code(refused);
            if (code.equals("NoSuchLifecycleConfiguration")) {
                return Rules.of(Expiry.never("The bucket has no lifecycle rule"));
            }
            if (refused.statusCode() == 403 && S3Diagnosis.isDenial(code)) {
                return Rules.of(Expiry.unknown("The driver may not read the bucket's lifecycle rules. Grant the "
                        + "credentials the permissions s3:GetLifecycleConfiguration and s3:GetBucketVersioning on "
                        + "arn:aws:s3:::" + this.bucket + " to have them checked; nothing else needs these"));
            }
            if (UNSUPPORTED.contains(refused.statusCode())) {
                return Rules.of(Expiry.unknown("The store does not tell lifecycle rules as S3 does (status "
                        + refused.statusCode() + (code.isEmpty() ? "" : ", " + Quoted.of(code)) + ")"));
            }
        }
        Transfers.rethrow(failure);
        throw new IllegalStateException(failure);
    }

    /** Adds what happens to versions that are not the current one. */
    private CompletableFuture<Expiry> withVersions(Rules rules) {
        Expiry expiry = rules.expiry();
        if (!expiry.known()) {
            return CompletableFuture.completedFuture(expiry);
        }
        return Transfers.one(() -> this.client.getBucketVersioning((request) -> request.bucket(this.bucket)),
                (versioning, failure) -> {
                    if (failure instanceof S3Exception refused && refused.statusCode() == 403) {
                        return with(expiry, "Whether the bucket keeps earlier versions is unknown without the "
                                + "permission s3:GetBucketVersioning");
                    }
                    if (failure != null || versioning.status() == null) {
                        return expiry;
                    }
                    return with(expiry, "The bucket keeps earlier versions"
                            + ((rules.versionDays() != null) ? " for " + days(rules.versionDays()) : " for good"));
                });
    }

    private static Expiry with(Expiry expiry, String note) {
        return new Expiry(expiry.after(), expiry.known(), expiry.explanation() + ". " + note);
    }

    private static String days(int days) {
        return days + ((days == 1) ? " day" : " days");
    }

    /**
     * What a bucket's rules do to the driver's objects.
     *
     * @param expiry when they delete a current version
     * @param versionDays after how many days they delete an earlier version; null if they
     * do not
     */
    private record Rules(Expiry expiry, @Nullable Integer versionDays) {

        static Rules of(Expiry expiry) {
            return new Rules(expiry, null);
        }

        static Rules of(GetBucketLifecycleConfigurationResponse response, KeySpace keys) {
            if (!response.hasRules() || response.rules().isEmpty()) {
                return of(Expiry.unknown("The store answered without any lifecycle rule, unlike S3, so it may not know "
                        + "what they are"));
            }
            List<LifecycleRule> applied = response.rules()
                .stream()
                .filter((rule) -> rule.status() == ExpirationStatus.ENABLED && Filter.of(rule).canMatch(keys))
                .toList();
            return new Rules(
                    applied.stream()
                        .flatMap(Rules::losses)
                        .min(Comparator.comparing((loss) -> Optional.ofNullable(loss.after()).orElseThrow()))
                        .orElseGet(() -> Expiry.never("None of the bucket's lifecycle rules (" + response.rules().size()
                                + ") deletes the driver's objects")),
                    applied.stream()
                        .filter((rule) -> rule.noncurrentVersionExpiration() != null
                                && rule.noncurrentVersionExpiration().noncurrentDays() != null)
                        .map((rule) -> rule.noncurrentVersionExpiration().noncurrentDays())
                        .min(Comparator.naturalOrder())
                        .orElse(null));
        }

        /** Returns when a rule makes an object unreadable. */
        private static Stream<Expiry> losses(LifecycleRule rule) {
            LifecycleExpiration expiration = rule.expiration();
            Stream<Expiry> deletion = (expiration != null)
                    ? loss(rule, "deletes", "", expiration.days(), expiration.date()) : Stream.empty();
            Stream<Expiry> archiving = rule.transitions()
                .stream()
                .filter((transition) -> ARCHIVES.contains(transition.storageClass()))
                .flatMap((transition) -> archiving(rule, transition));
            return Stream.concat(deletion, archiving);
        }

        private static Stream<Expiry> archiving(LifecycleRule rule, Transition transition) {
            return loss(rule, "moves", " to " + transition.storageClassAsString() + ", where they cannot be read",
                    transition.days(), transition.date());
        }

        private static Stream<Expiry> loss(LifecycleRule rule, String verb, String where, @Nullable Integer days,
                @Nullable Instant date) {
            String text = "Lifecycle rule " + ((rule.id() != null) ? "'" + Quoted.of(rule.id()) + "'" : "without an id")
                    + " " + verb + " objects" + Filter.of(rule).describe() + where;
            if (days != null) {
                return Stream.of(Expiry.after(Duration.ofDays(days), text + " after " + days(days)));
            }
            // From then on it goes for every object, however new.
            return (date != null)
                    ? Stream.of(Expiry.after(Duration.ZERO, text + " from " + date + " on, whatever their age"))
                    : Stream.empty();
        }

    }

    /**
     * Which objects a rule is for.
     *
     * @param prefix the prefix of their keys; may be empty
     * @param tagged whether it is for objects with tags only, which the driver does not
     * set
     * @param sizes the sizes of the objects, for a message; empty if it is for all
     */
    private record Filter(String prefix, boolean tagged, String sizes) {

        static Filter of(LifecycleRule rule) {
            LifecycleRuleFilter filter = rule.filter();
            if (filter == null) {
                return new Filter(text(deprecatedPrefix(rule)), false, "");
            }
            LifecycleRuleAndOperator all = filter.and();
            if (all != null) {
                return new Filter(text(all.prefix()), all.hasTags() && !all.tags().isEmpty(),
                        sizes(all.objectSizeGreaterThan(), all.objectSizeLessThan()));
            }
            return new Filter(text(filter.prefix()), filter.tag() != null,
                    sizes(filter.objectSizeGreaterThan(), filter.objectSizeLessThan()));
        }

        @SuppressWarnings("deprecation") // Old rules still have it.
        private static @Nullable String deprecatedPrefix(LifecycleRule rule) {
            return rule.prefix();
        }

        private static String text(@Nullable String prefix) {
            return (prefix != null) ? prefix : "";
        }

        private static String sizes(@Nullable Long greaterThan, @Nullable Long lessThan) {
            return ((greaterThan != null) ? " larger than " + greaterThan + " bytes" : "")
                    + ((lessThan != null) ? " smaller than " + lessThan + " bytes" : "");
        }

        boolean canMatch(KeySpace keys) {
            return !this.tagged && keys.canBeginWith(this.prefix);
        }

        String describe() {
            return (this.prefix.isEmpty() ? "" : " under '" + Quoted.of(this.prefix) + "'") + this.sizes;
        }

    }

}
