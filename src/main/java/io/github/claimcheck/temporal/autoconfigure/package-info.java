/**
 * Wires external storage into an application, from its configuration and its beans.
 */
@NullMarked
package io.github.claimcheck.temporal.autoconfigure;

import org.jspecify.annotations.NullMarked;
