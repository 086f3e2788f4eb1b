/**
 * External storage for Temporal clients and their workers.
 */
@NullMarked
package io.github.claimcheck.temporal.plugin;

import org.jspecify.annotations.NullMarked;
