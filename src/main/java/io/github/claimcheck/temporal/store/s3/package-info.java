/**
 * Storage drivers on Amazon S3 and S3-compatible stores.
 */
@NullMarked
package io.github.claimcheck.temporal.store.s3;

import org.jspecify.annotations.NullMarked;
