package io.github.claimcheck.temporal.store.gcs;

import com.google.cloud.storage.Bucket;
import com.google.cloud.storage.BucketInfo.LifecycleRule;
import com.google.cloud.storage.BucketInfo.LifecycleRule.LifecycleCondition;
import com.google.cloud.storage.BucketInfo.SoftDeletePolicy;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BucketField;
import com.google.cloud.storage.Storage.BucketGetOption;
import com.google.cloud.storage.StorageException;
import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.driver.KeySpace;
import io.github.claimcheck.temporal.internal.Quoted;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads when the lifecycle rules of a bucket delete objects. A rule applies to objects
 * that meet all of its conditions. Those that only earlier versions meet, or objects with
 * a custom time, never apply to what the driver reads.
 *
 * @param storage the client
 * @param bucket the bucket
 */
record GcsLifecycle(Storage storage, String bucket) {

    /** Reads the rules, of which those for the given keys count. Blocks. */
    Expiry read(KeySpace keys) {
        Bucket found;
        try {
            found = this.storage.get(this.bucket, BucketGetOption.fields(BucketField.LIFECYCLE, BucketField.VERSIONING,
                    BucketField.SOFT_DELETE_POLICY));
        }
        catch (StorageException ex) {
            if (ex.getCode() == 403 && GcsDiagnosis.isDenial(String.valueOf(ex.getReason()))) {
                return Expiry.unknown("The driver may not read the bucket's lifecycle rules. Grant the credentials the "
                        + "permission storage.buckets.get on the bucket " + this.bucket
                        + " to have them checked; nothing else needs it");
            }
            throw ex;
        }
        if (found == null) {
            return Expiry.unknown("There is no bucket " + this.bucket);
        }
        List<? extends LifecycleRule> rules = Optional
            .<List<? extends LifecycleRule>>ofNullable(found.getLifecycleRules())
            .orElse(List.of());
        Expiry expiry = rules.stream()
            .filter((rule) -> canDelete(rule, keys))
            .map(GcsLifecycle::deletion)
            .min(Comparator.comparing((deletion) -> Optional.ofNullable(deletion.after()).orElseThrow()))
            .orElseGet(() -> Expiry.never(rules.isEmpty() ? "The bucket has no lifecycle rule"
                    : "None of the bucket's lifecycle rules (" + rules.size() + ") deletes the driver's objects"));
        return new Expiry(expiry.after(), expiry.known(), expiry.explanation() + versions(found, rules));
    }

    private static boolean canDelete(LifecycleRule rule, KeySpace keys) {
        LifecycleCondition condition = rule.getCondition();
        return rule.getAction().getActionType().equals("Delete") && !Boolean.FALSE.equals(condition.getIsLive())
                && !isForEarlierVersions(condition) && condition.getDaysSinceCustomTime() == null
                && condition.getCustomTimeBeforeOffsetDateTime() == null && !isOver(condition)
                && matches(condition.getMatchesPrefix(), keys::canBeginWith)
                && matches(condition.getMatchesSuffix(), keys::canEndWith);
    }

    private static boolean isForEarlierVersions(LifecycleCondition condition) {
        Integer newer = condition.getNumberOfNewerVersions();
        return (newer != null && newer > 0) || condition.getDaysSinceNoncurrentTime() != null
                || condition.getNoncurrentTimeBeforeOffsetDateTime() != null;
    }

    /** Returns whether a rule applies to old objects alone. */
    private static boolean isOver(LifecycleCondition condition) {
        OffsetDateTime createdBefore = condition.getCreatedBeforeOffsetDateTime();
        return createdBefore != null && createdBefore.isBefore(OffsetDateTime.now(createdBefore.getOffset()));
    }

    private static boolean matches(@Nullable List<String> any, Predicate<String> possible) {
        return any == null || any.isEmpty() || any.stream().anyMatch(possible);
    }

    private static Expiry deletion(LifecycleRule rule) {
        LifecycleCondition condition = rule.getCondition();
        int days = Optional.ofNullable(condition.getAge()).orElse(0);
        String text = "A lifecycle rule deletes objects" + among(" under ", condition.getMatchesPrefix())
                + among(" ending with ", condition.getMatchesSuffix())
                + among(" of class ", condition.getMatchesStorageClass());
        OffsetDateTime createdBefore = condition.getCreatedBeforeOffsetDateTime();
        return Expiry.after(Duration.ofDays(days),
                text + ((createdBefore != null) ? " created before " + createdBefore.toLocalDate() : "") + " after "
                        + days(days));
    }

    private static String among(String label, @Nullable List<?> values) {
        return (values == null || values.isEmpty()) ? ""
                : label + Quoted.of(values.stream().map(String::valueOf).toList());
    }

    /** Returns what becomes of objects that were deleted or replaced. */
    private static String versions(Bucket bucket, List<? extends LifecycleRule> rules) {
        StringBuilder note = new StringBuilder();
        if (Boolean.TRUE.equals(bucket.versioningEnabled())) {
            boolean deleted = rules.stream()
                .anyMatch((rule) -> rule.getAction().getActionType().equals("Delete")
                        && (Boolean.FALSE.equals(rule.getCondition().getIsLive())
                                || isForEarlierVersions(rule.getCondition())));
            note.append(". The bucket keeps earlier versions").append(deleted ? ", which a rule deletes" : " for good");
        }
        Duration softDelete = Stream.ofNullable(bucket.getSoftDeletePolicy())
            .map(SoftDeletePolicy::getRetentionDuration)
            .flatMap(Stream::ofNullable)
            .findFirst()
            .orElse(Duration.ZERO);
        if (!softDelete.isZero()) {
            note.append(". Soft delete keeps what was deleted or replaced for ")
                .append(days(Math.toIntExact(softDelete.toDays())));
        }
        return note.toString();
    }

    private static String days(int days) {
        return days + ((days == 1) ? " day" : " days");
    }

}
