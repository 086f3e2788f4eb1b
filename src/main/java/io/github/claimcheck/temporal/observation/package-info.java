/**
 * Observations and meters of storage drivers.
 */
@NullMarked
package io.github.claimcheck.temporal.observation;

import org.jspecify.annotations.NullMarked;
