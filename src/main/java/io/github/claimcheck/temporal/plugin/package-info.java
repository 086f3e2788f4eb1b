/**
 * The plugin that adds external storage to Temporal clients and workers.
 */
@NullMarked
package io.github.claimcheck.temporal.plugin;

import org.jspecify.annotations.NullMarked;
