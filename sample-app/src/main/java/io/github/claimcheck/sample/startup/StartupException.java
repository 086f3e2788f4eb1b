package io.github.claimcheck.sample.startup;

/** The application cannot start; the message tells why, the action what to do. */
public class StartupException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String action;

    public StartupException(String message, String action) {
        this(message, action, null);
    }

    public StartupException(String message, String action, Throwable cause) {
        super(message, cause);
        this.action = action;
    }

    public String getAction() {
        return action;
    }

}
