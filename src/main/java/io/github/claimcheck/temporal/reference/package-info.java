/**
 * References and claims in the messages of the Temporal server.
 */
@NullMarked
package io.github.claimcheck.temporal.reference;

import org.jspecify.annotations.NullMarked;
