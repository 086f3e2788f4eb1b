package io.github.claimcheck.sample;

import java.nio.charset.StandardCharsets;

/**
 * A large file of orders together with what its report must say, added up in cents and
 * without the sample's code.
 */
record TestOrders(byte[] csv, int orders, long units, String revenue, String germanRevenue) {

    static final String HEADER = "id,date,customer,country,product,quantity,unit_price\n";

    static TestOrders generate(int rows) {
        StringBuilder csv = new StringBuilder(HEADER);
        long units = 0;
        long cents = 0;
        long germanCents = 0;
        for (int i = 0; i < rows; i++) {
            boolean german = i % 3 == 0;
            int quantity = 1 + i % 7;
            int price = 100 + i % 1999;
            csv.append("T-%06d,2025-%02d-15,Customer <%d> & Co,%s,SAW-%d,%d,%d.%02d%n".formatted(i, 1 + i % 12, i % 50,
                    german ? "de" : "FR", i % 10, quantity, price / 100, price % 100));
            units += quantity;
            cents += (long) quantity * price;
            germanCents += german ? (long) quantity * price : 0;
        }
        csv.append("T-000000,2025-01-15,Repeated id,DE,SAW-1,1,1.00\n");
        csv.append("T-X,2025-01-15,Bad quantity,DE,SAW-1,many,1.00\n");
        return new TestOrders(csv.toString().getBytes(StandardCharsets.UTF_8), rows, units, money(cents),
                money(germanCents));
    }

    /** The row of the report's table with figures of a group. */
    static String figures(String group, long orders, long units, String revenue) {
        return "<tr><td>%s<td>%d<td>%d<td>%s\n".formatted(group, orders, units, revenue);
    }

    private static String money(long cents) {
        return "%d.%02d".formatted(cents / 100, cents % 100);
    }
}
