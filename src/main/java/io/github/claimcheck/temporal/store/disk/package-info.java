/**
 * Storage drivers on a local disk.
 */
@NullMarked
package io.github.claimcheck.temporal.store.disk;

import org.jspecify.annotations.NullMarked;
