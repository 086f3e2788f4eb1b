package io.github.claimcheck.temporal.driver;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The buckets and keys that a driver can have written, under its settings and under
 * earlier ones that properties list. Claims are untrusted and lead nowhere else; the
 * store is not even asked whether an object exists elsewhere.
 * <p>
 * A key must have the layout that all drivers of the Temporal SDKs share (see
 * {@link ObjectKey}), and end with the digest of the claim, so that only someone who
 * knows an object's content can name the object.
 * <p>
 * Immutable.
 */
public final class OwnPlaces {

    private static final String LAYOUT = "v0/(ns/S/((wt/S/wi|at/S/ai)/S/ri/S/)?)?d/sha256/[0-9a-f]{64}";

    /** An empty namespace is omitted with its label. */
    private static final String LAYOUT_OF_REDIS = "v0:(ns:S:)?((wt:S:wi|at:S:ai):S:ri:S:)?d:sha256:[0-9a-f]{64}";

    static final OwnPlaces WITHOUT_KEY_PREFIX = withKeyPrefixes("", List.of());

    private final Predicate<String> buckets;

    private final String bucketEntry;

    private final String bucketsProperty;

    private final List<String> keyPrefixes;

    private final Pattern layout;

    private final Pattern underAnyPrefix;

    private OwnPlaces(Predicate<String> buckets, String bucketEntry, String bucketsProperty,
            Collection<String> keyPrefixes, Pattern layout) {
        this.buckets = buckets;
        this.bucketEntry = bucketEntry;
        this.bucketsProperty = bucketsProperty;
        this.keyPrefixes = List.copyOf(keyPrefixes);
        this.layout = layout;
        this.underAnyPrefix = Pattern.compile("(?s).*?" + layout.pattern());
    }

    /**
     * Returns the places of a store whose keys have segments separated by slashes.
     * @param keyPrefix the prefix of every key, which ends with a slash unless it is
     * empty
     * @param earlierKeyPrefixes other prefixes that keys may have
     * @return the places, in any bucket
     */
    public static OwnPlaces withKeyPrefixes(String keyPrefix, Collection<String> earlierKeyPrefixes) {
        return new OwnPlaces((bucket) -> true, "", "", all(keyPrefix, earlierKeyPrefixes),
                Pattern.compile(LAYOUT.replace("S", "[^/]+")));
    }

    /**
     * Returns the places of a store whose keys have segments separated by colons.
     * @param keyPrefix the prefix of every key, which ends with a colon unless it is
     * empty
     * @param earlierKeyPrefixes other prefixes that keys may have
     * @return the places
     */
    public static OwnPlaces withRedisKeyPrefixes(String keyPrefix, Collection<String> earlierKeyPrefixes) {
        return new OwnPlaces((bucket) -> true, "", "", all(keyPrefix, earlierKeyPrefixes),
                Pattern.compile(LAYOUT_OF_REDIS.replace("S", "[^:]+")));
    }

    private static Collection<String> all(String keyPrefix, Collection<String> earlierKeyPrefixes) {
        List<String> all = new ArrayList<>(earlierKeyPrefixes);
        all.add(0, keyPrefix);
        return all;
    }

    /**
     * Limits these places to certain buckets.
     * @param entry the name of a claim's entry for the bucket
     * @param own whether the driver stores in a bucket, or did under earlier settings
     * @param property the name of the driver's property that lists earlier buckets
     * @return the places in these buckets
     */
    public OwnPlaces inBuckets(String entry, Predicate<String> own, String property) {
        return new OwnPlaces(own, entry, property, this.keyPrefixes, this.layout);
    }

    /**
     * Checks a bucket.
     * @param bucket the untrusted bucket in a claim
     * @throws IllegalArgumentException if the driver does not store in this bucket
     */
    public void requireBucket(String bucket) {
        if (!this.buckets.test(bucket)) {
            throw new IllegalArgumentException(String.format(Locale.ROOT,
                    "the claim's %s is not one that this driver stores in. If the driver used it earlier, add it to "
                            + "the driver's %s",
                    this.bucketEntry, this.bucketsProperty));
        }
    }

    /**
     * Checks a key.
     * @param key the untrusted key in a claim
     * @param hexDigest the digest in the claim
     * @throws IllegalArgumentException if the driver does not store an object with this
     * digest under this key
     */
    public void requireKey(String key, String hexDigest) {
        if (!key.endsWith(hexDigest) || !this.underAnyPrefix.matcher(key).matches()) {
            throw new IllegalArgumentException("the claim's key is not a key of this driver for this digest");
        }
        if (this.keyPrefixes.stream().noneMatch((prefix) -> isUnder(prefix, key))) {
            throw new IllegalArgumentException("the claim's key has a prefix that this driver does not use. If the "
                    + "driver used it earlier, add it to the driver's additional-key-prefixes");
        }
    }

    /**
     * Matches the whole rest: a namespace or an id may look like the beginning of a key.
     */
    private boolean isUnder(String prefix, String key) {
        return key.startsWith(prefix) && this.layout.matcher(key).region(prefix.length(), key.length()).matches();
    }

}
