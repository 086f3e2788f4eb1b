/**
 * The cache of payloads: a tier in memory, and a tier on a local disk that is larger and
 * outlives the process. Knows no store.
 */
@NullMarked
package io.github.claimcheck.temporal.cache;

import org.jspecify.annotations.NullMarked;
