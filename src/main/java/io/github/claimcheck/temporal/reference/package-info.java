/**
 * References to stored payloads, and interceptors that process them in the Temporal
 * server's responses.
 */
@NullMarked
package io.github.claimcheck.temporal.reference;

import org.jspecify.annotations.NullMarked;
