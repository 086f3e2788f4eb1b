package io.github.claimcheck.temporal.cache;

/**
 * What a tier of the payload cache has done, and what it holds. Immutable.
 *
 * @param hits the number of lookups that found a payload
 * @param misses the number of lookups that did not
 * @param evictions the number of payloads that were evicted for others, or unused for too
 * long
 * @param entries the number of payloads in the tier
 * @param bytes the size of the payloads in the tier, with what each needs besides, in
 * bytes
 * @param maxBytes the maximum size of the tier, in bytes
 */
public record CacheStatistics(long hits, long misses, long evictions, long entries, long bytes, long maxBytes) {

}
