package io.github.claimcheck.sample.report;

import io.github.claimcheck.sample.report.Summary.Figures;
import io.temporal.failure.ApplicationFailure;
import io.temporal.spring.boot.ActivityImpl;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.springframework.stereotype.Component;

/** {@link ReportActivities} in plain Java. */
@Component
@ActivityImpl(taskQueues = ReportWorkflow.TASK_QUEUE)
public class ReportActivitiesImpl implements ReportActivities {

    private static final Comparator<Figures> HIGHEST_REVENUE_FIRST = Comparator.comparing(Figures::revenue).reversed();

    @Override
    public CleanOrders parseAndClean(byte[] csv) {
        try {
            return OrdersCsv.clean(csv);
        }
        catch (InvalidCsvException ex) {
            // The same bytes fail the same way however often they are tried.
            throw ApplicationFailure.newNonRetryableFailure(ex.getMessage(), INVALID_CSV);
        }
    }

    @Override
    public Summary aggregate(CleanOrders clean) {
        List<Order> orders = OrdersCsv.read(clean);
        Figures total = orders.stream().reduce(Figures.none("total"), Figures::plus, (left, right) -> left);
        return new Summary(total, groupBy(orders, Order::country).stream().sorted(HIGHEST_REVENUE_FIRST).toList(),
                groupBy(orders, Order::product).stream().sorted(HIGHEST_REVENUE_FIRST).toList(),
                groupBy(orders, order -> order.date().toString().substring(0, "yyyy-MM".length())));
    }

    @Override
    public byte[] render(CleanOrders clean, Summary summary) {
        return HtmlReport.render(summary, clean.rejected(), OrdersCsv.read(clean));
    }

    private static List<Figures> groupBy(List<Order> orders, Function<Order, String> group) {
        Map<String, Figures> figures = new TreeMap<>();
        for (Order order : orders) {
            figures.compute(group.apply(order),
                    (name, known) -> (known != null ? known : Figures.none(name)).plus(order));
        }
        return List.copyOf(figures.values());
    }

}
