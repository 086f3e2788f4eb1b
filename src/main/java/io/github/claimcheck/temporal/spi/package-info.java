/**
 * What a type of storage drivers is made of, for the types of this starter and of others.
 */
@NullMarked
package io.github.claimcheck.temporal.spi;

import org.jspecify.annotations.NullMarked;
