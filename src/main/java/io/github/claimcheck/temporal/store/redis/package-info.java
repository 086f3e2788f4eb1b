/**
 * Storage drivers on Redis.
 */
@NullMarked
package io.github.claimcheck.temporal.store.redis;

import org.jspecify.annotations.NullMarked;
