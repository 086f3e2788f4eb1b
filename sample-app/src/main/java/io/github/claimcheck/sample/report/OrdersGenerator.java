package io.github.claimcheck.sample.report;

import io.github.claimcheck.sample.report.OrdersCsv.Column;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * Makes up orders as careless as real ones: some rows have blank fields, bad numbers,
 * repeated ids or odd case.
 */
public final class OrdersGenerator {

    private static final long SEED = 20250101;

    private static final LocalDate FIRST_DAY = LocalDate.of(2025, 1, 1);

    private static final List<String> CUSTOMERS = List.of("Meyer & Söhne GmbH", "Dupont Frères SARL",
            "Northwind Trading Ltd", "\"La Colmena\", S.A.", "Rossi Utensili S.r.l.", "Jansen Groothandel B.V.",
            "Kowalski Sp. z o.o.", "O'Brien <Hardware>");

    private static final List<String> COUNTRIES = List.of("DE", "FR", "GB", "ES", "IT", "NL", "PL", "IE");

    private static final List<String> PRODUCTS = List.of("DRILL-18V", "HAMMER-500", "LADDER-3M", "SAW-190",
            "SCREWDRIVER-SET", "TAPE-5M", "VISE-100", "WRENCH-12");

    private OrdersGenerator() {
    }

    /**
     * Generates a CSV file of at least the given size; the same size always gives the
     * same file.
     */
    public static byte[] generate(long minimumBytes) {
        Random random = new Random(SEED);
        StringBuilder csv = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(csv, CSVFormat.RFC4180)) {
            printer.printRecord(Arrays.stream(Column.values()).map(Column::header));
            for (int number = 1; csv.length() < minimumBytes; number++) {
                printer.printRecord(row(number, random));
            }
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return csv.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<Object> row(int number, Random random) {
        String id = id(number);
        LocalDate date = FIRST_DAY.plusDays(random.nextInt(365));
        int person = random.nextInt(CUSTOMERS.size());
        String customer = CUSTOMERS.get(person);
        String country = COUNTRIES.get(person);
        String product = PRODUCTS.get(random.nextInt(PRODUCTS.size()));
        int quantity = 1 + random.nextInt(20);
        BigDecimal price = BigDecimal.valueOf(199 + random.nextInt(19_800), 2);
        return switch (random.nextInt(50)) {
            case 0 -> List.of(id, date, "", country, product, quantity, price);
            case 1 -> List.of(id, date, customer, country, product, "a few", price);
            case 2 -> List.of(id, date, customer, country, product, quantity, "n/a");
            case 3 -> List.of(id, date.toString().replace('-', '/'), customer, country, product, quantity, price);
            case 4 -> List.of(id(Math.max(1, number - 1)), date, customer, country, product, quantity, price);
            case 5 -> List.of(id, date, customer, country.toLowerCase(Locale.ROOT), product, quantity, price);
            case 6 -> List.of(id, date, "  " + customer, country, product.toLowerCase(Locale.ROOT), quantity, price);
            default -> List.of(id, date, customer, country, product, quantity, price);
        };
    }

    private static String id(int number) {
        return "O-%07d".formatted(number);
    }

}
