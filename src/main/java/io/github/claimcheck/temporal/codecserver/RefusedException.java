package io.github.claimcheck.temporal.codecserver;

import org.jspecify.annotations.Nullable;

/**
 * Ends a request with a status and one sentence for the caller, which holds no payload
 * bytes.
 */
final class RefusedException extends RuntimeException {

    static final int BAD_REQUEST = 400;

    static final int FORBIDDEN = 403;

    static final int NOT_FOUND = 404;

    static final int REQUEST_TIMEOUT = 408;

    static final int TOO_LARGE = 413;

    static final int UNSUPPORTED_MEDIA_TYPE = 415;

    static final int INTERNAL_ERROR = 500;

    static final int BAD_GATEWAY = 502;

    static final int UNAVAILABLE = 503;

    private final int status;

    RefusedException(int status, String message) {
        this(status, message, null);
    }

    RefusedException(int status, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    int getStatus() {
        return this.status;
    }

}
