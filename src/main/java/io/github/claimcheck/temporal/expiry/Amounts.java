package io.github.claimcheck.temporal.expiry;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Times and sizes as operators read them. */
final class Amounts {

    private static final List<ChronoUnit> UNITS = List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES,
            ChronoUnit.SECONDS);

    private static final String[] BYTES = { "bytes", "kB", "MB", "GB", "TB", "PB" };

    private Amounts() {
    }

    /**
     * Returns a duration in the largest unit that divides it, such as {@code 36 hours}.
     */
    static String of(Duration duration) {
        for (ChronoUnit unit : UNITS) {
            long amount = duration.dividedBy(unit.getDuration());
            if (unit.getDuration().multipliedBy(amount).equals(duration) && (amount != 0 || unit == UNITS.get(0))) {
                String name = unit.name().toLowerCase(Locale.ROOT);
                return amount + " " + ((Math.abs(amount) == 1) ? name.substring(0, name.length() - 1) : name);
            }
        }
        return duration.toMillis() + " milliseconds";
    }

    /** Returns a size, such as {@code 3.2 GB}. */
    static String bytes(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 1000 && unit < BYTES.length - 1) {
            size /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, (unit == 0) ? "%.0f %s" : "%.1f %s", size, BYTES[unit]);
    }

}
