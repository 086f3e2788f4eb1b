/**
 * The service provider interface for driver types, used by the starter's own and
 * third-party types.
 */
@NullMarked
package io.github.claimcheck.temporal.spi;

import org.jspecify.annotations.NullMarked;
