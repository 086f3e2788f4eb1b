/** Routes: which driver stores a payload. */
@NullMarked
package io.github.claimcheck.temporal.selector;

import org.jspecify.annotations.NullMarked;
