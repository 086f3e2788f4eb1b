package io.github.claimcheck.temporal.store.azure;

import com.azure.core.http.HttpHeaderName;
import com.azure.storage.blob.models.BlobStorageException;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An error response of Azure. Its message omits the response's XML, which would end up in
 * event history.
 */
final class AzureErrorResponse extends IOException {

    private static final Pattern MESSAGE = Pattern.compile("<Message>([^\r\n<]*)");

    private final int status;

    private final String code;

    AzureErrorResponse(BlobStorageException exception) {
        super(String.format(Locale.ROOT, "Azure responded with %d %s%s (request id %s)", exception.getStatusCode(),
                exception.getErrorCode(), message(exception),
                exception.getResponse().getHeaders().getValue(HttpHeaderName.X_MS_REQUEST_ID)));
        this.status = exception.getStatusCode();
        this.code = String.valueOf(exception.getErrorCode());
    }

    private static String message(BlobStorageException exception) {
        Matcher matcher = MESSAGE.matcher(String.valueOf(exception.getServiceMessage()));
        return matcher.find() ? ": " + matcher.group(1) : "";
    }

    int status() {
        return this.status;
    }

    /** Returns the error code, {@code null} as text if the response has none. */
    String code() {
        return this.code;
    }

}
