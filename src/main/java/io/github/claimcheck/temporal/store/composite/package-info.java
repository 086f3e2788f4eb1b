/**
 * Storage drivers that delegate to others.
 */
@NullMarked
package io.github.claimcheck.temporal.store.composite;

import org.jspecify.annotations.NullMarked;
