/**
 * The health of storage drivers.
 */
@NullMarked
package io.github.claimcheck.temporal.health;

import org.jspecify.annotations.NullMarked;
