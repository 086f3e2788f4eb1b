/**
 * Auto-configuration of external storage from an application's properties and beans.
 */
@NullMarked
package io.github.claimcheck.temporal.autoconfigure;

import org.jspecify.annotations.NullMarked;
