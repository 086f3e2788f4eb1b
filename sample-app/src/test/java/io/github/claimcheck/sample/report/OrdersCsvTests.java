package io.github.claimcheck.sample.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.claimcheck.sample.report.CleanOrders.Rejection;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OrdersCsvTests {

    private static final String HEADER = "id,date,customer,country,product,quantity,unit_price\n";

    @Test
    void cleansFields() throws Exception {
        CleanOrders orders = clean(HEADER + "o-1, 2025-03-14 ,\" Söhne, \"\"A\"\" \",de,drill-18v,3,49.90\n");

        assertThat(OrdersCsv.read(orders)).containsExactly(new Order("O-1", LocalDate.of(2025, 3, 14), "Söhne, \"A\"",
                "DE", "DRILL-18V", 3, new BigDecimal("49.90")));
        assertThat(OrdersCsv.read(orders).get(0).total()).isEqualByComparingTo("149.70");
        assertThat(orders.rejected()).isEmpty();
    }

    @Test
    void takesColumnsInAnyOrderAndCaseAndAByteOrderMark() throws Exception {
        CleanOrders orders = clean(
                "\uFEFFUnit_Price,QUANTITY,product,country,customer,date,ID,note\n2.50,2,SAW,FR,Dupont,2025-01-01,7,x\n");

        assertThat(OrdersCsv.read(orders)).singleElement().satisfies(order -> {
            assertThat(order.id()).isEqualTo("7");
            assertThat(order.total()).isEqualByComparingTo("5");
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "2,2025-01-01,A,DE,SAW,1 | WRONG_NUMBER_OF_FIELDS",
            "2,2025-01-01, ,DE,SAW,1,1 | BLANK_FIELD", "2,2025-02-30,A,DE,SAW,1,1 | BAD_DATE",
            "2,2025-01-01,A,DE,SAW,0,1 | BAD_QUANTITY", "2,2025-01-01,A,DE,SAW,two,1 | BAD_QUANTITY",
            "2,2025-01-01,A,DE,SAW,1,-1 | BAD_UNIT_PRICE", "2,2025-01-01,A,DE,SAW,1,free | BAD_UNIT_PRICE",
            "2,2025-01-01,A,DE,SAW,1,1e999999999 | BAD_UNIT_PRICE", "o-1,2025-01-01,A,DE,SAW,1,1 | DUPLICATE_ID" })
    void leavesOutAnUnusableRow(String row, Rejection reason) throws Exception {
        CleanOrders orders = clean(HEADER + "O-1,2025-01-01,A,DE,SAW,1,1\n" + row + "\n");

        assertThat(OrdersCsv.read(orders)).extracting(Order::id).containsExactly("O-1");
        assertThat(orders.rejected()).isEqualTo(Map.of(reason, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = { "\n", "id,date\n1,2025-01-01\n", HEADER, HEADER + "1,yesterday,A,DE,SAW,1,1\n",
            HEADER + "1,2025-01-01,\"A,DE,SAW,1,1\n" })
    void refusesAFileWithoutUsableRows(String csv) {
        assertThatExceptionOfType(InvalidCsvException.class).isThrownBy(() -> clean(csv));
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        assertThatExceptionOfType(InvalidCsvException.class)
            .isThrownBy(() -> OrdersCsv.clean(new byte[] { (byte) 0xC3, (byte) 0x28 }))
            .withMessageContaining("UTF-8");
    }

    @Test
    void generatedOrdersAreLargeRepeatableAndDirty() throws Exception {
        byte[] csv = OrdersGenerator.generate(200_000);

        assertThat(csv).hasSizeGreaterThanOrEqualTo(200_000).isEqualTo(OrdersGenerator.generate(200_000));
        CleanOrders orders = OrdersCsv.clean(csv);
        assertThat(orders.rejected()).containsOnlyKeys(Rejection.BLANK_FIELD, Rejection.BAD_DATE,
                Rejection.BAD_QUANTITY, Rejection.BAD_UNIT_PRICE, Rejection.DUPLICATE_ID);
        assertThat(OrdersCsv.read(orders)).extracting(Order::country).allMatch(country -> country.matches("[A-Z]{2}"));
    }

    private static CleanOrders clean(String csv) throws InvalidCsvException {
        return OrdersCsv.clean(csv.getBytes(StandardCharsets.UTF_8));
    }

}
