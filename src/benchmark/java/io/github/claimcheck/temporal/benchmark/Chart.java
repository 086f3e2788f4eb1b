package io.github.claimcheck.temporal.benchmark;

/** A plot. */
interface Chart {

    String title();

    String toSvg();

}
