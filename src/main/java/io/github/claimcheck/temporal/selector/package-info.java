/**
 * The selector that routes payloads to storage drivers.
 */
@NullMarked
package io.github.claimcheck.temporal.selector;

import org.jspecify.annotations.NullMarked;
