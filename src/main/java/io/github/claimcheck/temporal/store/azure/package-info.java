/**
 * Storage drivers on Azure Blob Storage.
 */
@NullMarked
package io.github.claimcheck.temporal.store.azure;

import org.jspecify.annotations.NullMarked;
