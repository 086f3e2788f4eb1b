package io.github.claimcheck.sample.report;

import io.temporal.activity.ActivityInterface;

/** The steps of {@link ReportWorkflow}. */
@ActivityInterface
public interface ReportActivities {

    /** The failure type of a file that cannot be read as orders. */
    String INVALID_CSV = "InvalidCsv";

    /** Reads the file, cleans its rows and leaves out those that are unusable. */
    CleanOrders parseAndClean(byte[] csv);

    /** Adds the orders up. */
    Summary aggregate(CleanOrders orders);

    /** Renders the summary and every order as an HTML page in UTF-8. */
    byte[] render(CleanOrders orders, Summary summary);

}
