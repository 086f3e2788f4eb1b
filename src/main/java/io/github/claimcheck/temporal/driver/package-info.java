/**
 * The content-addressed storage driver, the port to the stores that it keeps objects in,
 * and what it saves requests with.
 */
@NullMarked
package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.NullMarked;
