/**
 * How workers tell the Temporal server that a task failed for storage.
 */
@NullMarked
package io.github.claimcheck.temporal.failure;

import org.jspecify.annotations.NullMarked;
