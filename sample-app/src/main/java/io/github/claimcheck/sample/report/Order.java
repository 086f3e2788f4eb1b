package io.github.claimcheck.sample.report;

import java.math.BigDecimal;
import java.time.LocalDate;

/**
 * One order line after cleaning: no field is blank, country and product are in upper
 * case.
 */
public record Order(String id, LocalDate date, String customer, String country, String product, int quantity,
        BigDecimal unitPrice) {

    /** What the line is worth: quantity times unit price. */
    public BigDecimal total() {
        return unitPrice.multiply(BigDecimal.valueOf(quantity));
    }
}
