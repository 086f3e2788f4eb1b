/**
 * The data converter and the payload codec that apply external storage.
 */
@NullMarked
package io.github.claimcheck.temporal.converter;

import org.jspecify.annotations.NullMarked;
