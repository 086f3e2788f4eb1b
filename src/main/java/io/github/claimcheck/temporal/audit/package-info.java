/**
 * Audits of histories: whether each reference leads to what was stored.
 */
@NullMarked
package io.github.claimcheck.temporal.audit;

import org.jspecify.annotations.NullMarked;
