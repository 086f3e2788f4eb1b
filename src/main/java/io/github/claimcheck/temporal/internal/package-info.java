/**
 * Code that the packages of this library share. Not part of the public API.
 */
@NullMarked
package io.github.claimcheck.temporal.internal;

import org.jspecify.annotations.NullMarked;
