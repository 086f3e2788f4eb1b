package io.github.claimcheck.sample.report;

/** A file cannot be read as orders at all; the message tells its sender why. */
public class InvalidCsvException extends Exception {

    private static final long serialVersionUID = 1L;

    public InvalidCsvException(String message) {
        super(message);
    }

}
