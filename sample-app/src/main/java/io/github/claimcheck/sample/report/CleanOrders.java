package io.github.claimcheck.sample.report;

import java.util.Map;

/**
 * The usable rows of a CSV file.
 *
 * <p>
 * The rows stay CSV, which passes through the workflow as one value. As a list of objects
 * they would be converted one by one on the workflow's thread, which must not be kept
 * busy for long.
 *
 * @param csv the usable rows, cleaned, in the order of the file
 * @param rejected how many rows were left out for which reason
 */
public record CleanOrders(byte[] csv, Map<Rejection, Integer> rejected) {

    /** Why a row was left out. */
    public enum Rejection {

        WRONG_NUMBER_OF_FIELDS, BLANK_FIELD, BAD_DATE, BAD_QUANTITY, BAD_UNIT_PRICE, DUPLICATE_ID

    }
}
