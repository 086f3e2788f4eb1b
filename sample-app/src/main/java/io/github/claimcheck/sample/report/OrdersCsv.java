package io.github.claimcheck.sample.report;

import io.github.claimcheck.sample.report.CleanOrders.Rejection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;

/** Reads and writes orders as CSV. */
public final class OrdersCsv {

    /** The columns of a file, which may come in any order and case. */
    public enum Column {

        ID, DATE, CUSTOMER, COUNTRY, PRODUCT, QUANTITY, UNIT_PRICE;

        /** The column's name in the header row. */
        public String header() {
            return name().toLowerCase(Locale.ROOT);
        }

    }

    private static final CSVFormat FORMAT = CSVFormat.RFC4180.builder()
        .setHeader()
        .setSkipHeaderRecord(true)
        .setIgnoreHeaderCase(true)
        .setTrim(true)
        .get();

    /** {@code 1e999999999} is a number, too, but nothing to calculate with. */
    private static final int MAX_PRICE_DIGITS = 12;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private OrdersCsv() {
    }

    /**
     * Cleans a file.
     * @throws InvalidCsvException if this is no CSV in UTF-8, lacks a column or has no
     * usable row
     */
    public static CleanOrders clean(byte[] csv) throws InvalidCsvException {
        List<Order> orders = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        Map<Rejection, Integer> rejected = new EnumMap<>(Rejection.class);
        try (CSVParser parser = CSVParser.parse(decode(csv), FORMAT)) {
            requireColumns(parser);
            for (CSVRecord row : parser) {
                try {
                    Order order = order(row);
                    if (!ids.add(order.id())) {
                        throw new RejectedRowException(Rejection.DUPLICATE_ID);
                    }
                    orders.add(order);
                }
                catch (RejectedRowException ex) {
                    rejected.merge(ex.reason, 1, Integer::sum);
                }
            }
        }
        catch (IOException | UncheckedIOException | IllegalArgumentException ex) {
            throw new InvalidCsvException("The file is not valid CSV: " + ex.getMessage());
        }
        if (orders.isEmpty()) {
            throw new InvalidCsvException("The file has no usable row; rejected: " + rejected);
        }
        return new CleanOrders(write(orders), rejected);
    }

    /** Reads what {@link #clean} has left. */
    public static List<Order> read(CleanOrders clean) {
        List<Order> orders = new ArrayList<>();
        try (CSVParser parser = CSVParser.parse(new String(clean.csv(), StandardCharsets.UTF_8), FORMAT)) {
            for (CSVRecord row : parser) {
                orders.add(order(row));
            }
        }
        catch (IOException | RejectedRowException ex) {
            throw new IllegalStateException("Cleaned orders are not clean", ex);
        }
        return orders;
    }

    private static byte[] write(List<Order> orders) {
        StringBuilder csv = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(csv, FORMAT)) {
            printer.printRecord(Arrays.stream(Column.values()).map(Column::header));
            for (Order order : orders) {
                printer.printRecord(order.id(), order.date(), order.customer(), order.country(), order.product(),
                        order.quantity(), order.unitPrice());
            }
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return csv.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String decode(byte[] csv) throws InvalidCsvException {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(csv)).toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
        }
        catch (CharacterCodingException ex) {
            throw new InvalidCsvException("The file is not text in UTF-8");
        }
    }

    private static void requireColumns(CSVParser parser) throws InvalidCsvException {
        List<String> missing = Arrays.stream(Column.values())
            .map(Column::header)
            .filter(header -> !parser.getHeaderMap().containsKey(header))
            .toList();
        if (!missing.isEmpty()) {
            throw new InvalidCsvException(
                    "The header row lacks the columns %s; it has %s".formatted(missing, parser.getHeaderNames()));
        }
    }

    private static Order order(CSVRecord row) throws RejectedRowException {
        if (!row.isConsistent()) {
            throw new RejectedRowException(Rejection.WRONG_NUMBER_OF_FIELDS);
        }
        return new Order(text(row, Column.ID).toUpperCase(Locale.ROOT), date(text(row, Column.DATE)),
                text(row, Column.CUSTOMER), text(row, Column.COUNTRY).toUpperCase(Locale.ROOT),
                text(row, Column.PRODUCT).toUpperCase(Locale.ROOT), quantity(text(row, Column.QUANTITY)),
                unitPrice(text(row, Column.UNIT_PRICE)));
    }

    private static String text(CSVRecord row, Column column) throws RejectedRowException {
        String value = row.get(column.header());
        if (value.isBlank()) {
            throw new RejectedRowException(Rejection.BLANK_FIELD);
        }
        return value;
    }

    private static LocalDate date(String value) throws RejectedRowException {
        try {
            return LocalDate.parse(value);
        }
        catch (DateTimeException ex) {
            throw new RejectedRowException(Rejection.BAD_DATE);
        }
    }

    private static int quantity(String value) throws RejectedRowException {
        try {
            int quantity = Integer.parseInt(value);
            if (quantity > 0) {
                return quantity;
            }
        }
        catch (NumberFormatException ex) {
            // Rejected like a number that is too small.
        }
        throw new RejectedRowException(Rejection.BAD_QUANTITY);
    }

    private static BigDecimal unitPrice(String value) throws RejectedRowException {
        try {
            BigDecimal price = new BigDecimal(value);
            if (price.signum() >= 0 && price.precision() <= MAX_PRICE_DIGITS
                    && Math.abs((long) price.scale()) <= MAX_PRICE_DIGITS) {
                return price;
            }
        }
        catch (NumberFormatException ex) {
            // Rejected like a number out of range.
        }
        throw new RejectedRowException(Rejection.BAD_UNIT_PRICE);
    }

    private static final class RejectedRowException extends Exception {

        private static final long serialVersionUID = 1L;

        private final Rejection reason;

        RejectedRowException(Rejection reason) {
            super(reason.name(), null, false, false);
            this.reason = reason;
        }

    }

}
