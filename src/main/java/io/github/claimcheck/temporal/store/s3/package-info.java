/**
 * Storage drivers on Amazon S3.
 */
@NullMarked
package io.github.claimcheck.temporal.store.s3;

import org.jspecify.annotations.NullMarked;
