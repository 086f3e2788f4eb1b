package io.github.claimcheck.sample.report;

import io.github.claimcheck.sample.report.CleanOrders.Rejection;
import io.github.claimcheck.sample.report.Summary.Figures;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.web.util.HtmlUtils;

/** Renders orders and their summary as one HTML page. */
final class HtmlReport {

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="UTF-8">
            <title>Orders</title>
            <style>
            body { font-family: sans-serif; margin: 2em }
            table { border-collapse: collapse; margin-bottom: 2em }
            th, td { border: 1px solid #ccc; padding: 0.2em 0.6em; text-align: left }
            .figures td:nth-child(n + 2), .orders td:nth-child(n + 6) { text-align: right }
            </style>
            </head>
            <body>
            <h1>Orders</h1>
            """;

    private final StringBuilder html = new StringBuilder(HEAD);

    private HtmlReport() {
    }

    static byte[] render(Summary summary, Map<Rejection, Integer> rejected, List<Order> orders) {
        HtmlReport report = new HtmlReport();
        report.figures("Total", List.of(summary.total()));
        report.figures("By country", summary.byCountry());
        report.figures("By product", summary.byProduct());
        report.figures("By month", summary.byMonth());
        report.rejected(rejected);
        report.orders(orders);
        report.html.append("</body>\n</html>\n");
        return report.html.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void figures(String title, List<Figures> groups) {
        table(title, "figures", "group", "orders", "units", "revenue");
        for (Figures figures : groups) {
            row(figures.group(), figures.orders(), figures.units(), money(figures.revenue()));
        }
        html.append("</table>\n");
    }

    private void rejected(Map<Rejection, Integer> rejected) {
        table("Rejected rows", "figures", "reason", "rows");
        rejected.forEach((reason, rows) -> row(reason.name().toLowerCase(Locale.ROOT).replace('_', ' '), rows));
        html.append("</table>\n");
    }

    private void orders(List<Order> orders) {
        table("All orders", "orders", "id", "date", "customer", "country", "product", "quantity", "price", "total");
        for (Order order : orders) {
            row(order.id(), order.date(), order.customer(), order.country(), order.product(), order.quantity(),
                    money(order.unitPrice()), money(order.total()));
        }
        html.append("</table>\n");
    }

    private void table(String title, String style, String... columns) {
        html.append("<h2>%s</h2>\n<table class=\"%s\">\n<tr>".formatted(title, style));
        for (String column : columns) {
            html.append("<th>").append(column);
        }
        html.append('\n');
    }

    /** HTML needs no end tags here, and there are many rows. */
    private void row(Object... cells) {
        html.append("<tr>");
        for (Object cell : cells) {
            html.append("<td>").append(HtmlUtils.htmlEscape(cell.toString(), "UTF-8"));
        }
        html.append('\n');
    }

    private static String money(BigDecimal value) {
        return value.setScale(2, RoundingMode.HALF_UP).toPlainString();
    }

}
