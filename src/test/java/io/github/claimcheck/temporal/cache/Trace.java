package io.github.claimcheck.temporal.cache;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * What a worker stores and asks for, in order. Those of the benchmark's workflows were
 * recorded.
 */
record Trace(List<Step> steps) {

    /** A payload that is stored, or else asked for. */
    record Step(boolean stored, int payload, int size) {

    }

    static Trace recorded(String name) throws IOException {
        List<Step> steps = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(
                        Objects.requireNonNull(Trace.class.getResourceAsStream("traces/" + name + ".txt.gz"), name)),
                StandardCharsets.US_ASCII))) {
            lines.lines().filter((line) -> !line.startsWith("#")).forEach((line) -> {
                String[] parts = line.split(" ");
                steps.add(new Step(parts[0].equals("S"), Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
            });
        }
        return new Trace(steps);
    }

    /** Reads the same payloads in the same order, again and again. */
    static Trace circle(int payloads, int size, int rounds) {
        return new Trace(
                IntStream.range(0, payloads * rounds).mapToObj((i) -> new Step(false, i % payloads, size)).toList());
    }

    /** Stores payloads, and reads each once, after some more were stored. */
    static Trace storedThenRead(int payloads, int size, int distance) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < payloads + distance; i++) {
            if (i < payloads) {
                steps.add(new Step(true, i, size));
            }
            if (i >= distance) {
                steps.add(new Step(false, i - distance, size));
            }
        }
        return new Trace(steps);
    }

    /** Alternates with another trace, of other payloads. */
    Trace beside(Trace other) {
        List<Step> both = new ArrayList<>();
        for (int i = 0; i < Math.max(this.steps.size(), other.steps.size()); i++) {
            if (i < this.steps.size()) {
                both.add(this.steps.get(i));
            }
            if (i < other.steps.size()) {
                Step step = other.steps.get(i);
                both.add(new Step(step.stored, -1 - step.payload, step.size));
            }
        }
        return new Trace(both);
    }

    /** Follows another trace, of other payloads. */
    Trace after(Trace other) {
        return new Trace(Stream
            .concat(other.steps.stream().map((step) -> new Step(step.stored, -1 - step.payload, step.size)),
                    this.steps.stream())
            .toList());
    }

    long reads() {
        return this.steps.stream().filter((step) -> !step.stored).count();
    }

    /**
     * Counts how often a cache has what is asked for.
     * @param cache adds a payload that is stored, and says whether it has one that is
     * asked for, or adds it
     * @param from the first step that counts
     */
    long hits(Predicate<Step> cache, int from) {
        return IntStream.range(0, this.steps.size())
            .filter((i) -> cache.test(this.steps.get(i)) && i >= from && !this.steps.get(i).stored)
            .count();
    }

}
