/**
 * Reporting of tasks that fail because of external storage.
 */
@NullMarked
package io.github.claimcheck.temporal.failure;

import org.jspecify.annotations.NullMarked;
