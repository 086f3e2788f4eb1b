/**
 * A codec server: shows payloads, in event history and in external storage, to Temporal's
 * Web UI and CLI.
 */
@NullMarked
package io.github.claimcheck.temporal.codecserver;

import org.jspecify.annotations.NullMarked;
