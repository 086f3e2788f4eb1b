/**
 * The codec server as endpoints of Spring MVC and Spring WebFlux.
 */
@NullMarked
package io.github.claimcheck.temporal.codecserver.web;

import org.jspecify.annotations.NullMarked;
