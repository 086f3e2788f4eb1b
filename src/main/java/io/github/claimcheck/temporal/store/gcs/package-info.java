/**
 * Storage drivers on Google Cloud Storage.
 */
@NullMarked
package io.github.claimcheck.temporal.store.gcs;

import org.jspecify.annotations.NullMarked;
