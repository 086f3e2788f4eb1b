/**
 * External storage in the shape of a data converter and of a codec.
 */
@NullMarked
package io.github.claimcheck.temporal.converter;

import org.jspecify.annotations.NullMarked;
