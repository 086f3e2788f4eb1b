/**
 * The check that stores keep payloads for as long as histories need them.
 */
@NullMarked
package io.github.claimcheck.temporal.expiry;

import org.jspecify.annotations.NullMarked;
