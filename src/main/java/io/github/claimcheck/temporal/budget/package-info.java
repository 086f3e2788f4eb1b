/**
 * Stores payloads below the threshold that together would exceed the Temporal server's
 * limits.
 */
@NullMarked
package io.github.claimcheck.temporal.budget;

import org.jspecify.annotations.NullMarked;
