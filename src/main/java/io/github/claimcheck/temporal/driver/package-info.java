/**
 * The content-addressed storage driver, its port to object stores, its caches and its
 * transfer limit.
 */
@NullMarked
package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.NullMarked;
