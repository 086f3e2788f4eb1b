package io.github.claimcheck.sample.report;

import java.math.BigDecimal;
import java.util.List;

/**
 * Figures over all orders and per group.
 *
 * @param total figures over all orders
 * @param byCountry figures per country, highest revenue first
 * @param byProduct figures per product, highest revenue first
 * @param byMonth figures per month, earliest first
 */
public record Summary(Figures total, List<Figures> byCountry, List<Figures> byProduct, List<Figures> byMonth) {

    /** Number of orders, units sold and revenue of a group. */
    public record Figures(String group, long orders, long units, BigDecimal revenue) {

        Figures plus(Order order) {
            return new Figures(group, orders + 1, units + order.quantity(), revenue.add(order.total()));
        }

        static Figures none(String group) {
            return new Figures(group, 0, 0, BigDecimal.ZERO);
        }
    }
}
