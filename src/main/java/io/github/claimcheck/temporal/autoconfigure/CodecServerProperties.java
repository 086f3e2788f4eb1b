package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.util.unit.DataSize;

/** Properties of the codec server for Temporal's Web UI and CLI. */
public class CodecServerProperties {

    static final String PREFIX = ExternalStorageProperties.PREFIX + ".codec-server";

    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

    /** What a browser sends, which leaves out the port if it is the scheme's own. */
    private static final Pattern ORIGIN = Pattern
        .compile("(?!http:.*:80$|https:.*:443$)https?://([a-z0-9._-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");

    /**
     * Whether to serve payloads to Temporal's Web UI and CLI.
     */
    private boolean enabled = false;

    /**
     * Path of the codec server, below that of the web application.
     */
    private String path = "/temporal/codec";

    /**
     * Origins of the web pages that may use the codec server, such as
     * http://localhost:8233.
     */
    private List<String> allowedOrigins = new ArrayList<>();

    /**
     * Names of the PayloadCodec beans that a proxy applies after external storage. The
     * first is the outermost.
     */
    private List<String> postStorageCodecs = new ArrayList<>();

    /**
     * Maximum size of a request's body.
     */
    private DataSize maxRequestSize = DataSize.ofMegabytes(16);

    /**
     * Maximum number of payloads in a request.
     */
    private int maxPayloads = 10_000;

    /**
     * Maximum total size of what a request's payloads become once they are retrieved and
     * decoded.
     */
    private DataSize maxDecodedSize = DataSize.ofMegabytes(64);

    public boolean isEnabled() {
        return this.enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public String getPath() {
        return this.path;
    }

    public void setPath(String path) {
        this.path = path;
    }

    public List<String> getAllowedOrigins() {
        return this.allowedOrigins;
    }

    public void setAllowedOrigins(List<String> allowedOrigins) {
        this.allowedOrigins = allowedOrigins;
    }

    public List<String> getPostStorageCodecs() {
        return this.postStorageCodecs;
    }

    public void setPostStorageCodecs(List<String> postStorageCodecs) {
        this.postStorageCodecs = postStorageCodecs;
    }

    public DataSize getMaxRequestSize() {
        return this.maxRequestSize;
    }

    public void setMaxRequestSize(DataSize maxRequestSize) {
        this.maxRequestSize = maxRequestSize;
    }

    public int getMaxPayloads() {
        return this.maxPayloads;
    }

    public void setMaxPayloads(int maxPayloads) {
        this.maxPayloads = maxPayloads;
    }

    public DataSize getMaxDecodedSize() {
        return this.maxDecodedSize;
    }

    public void setMaxDecodedSize(DataSize maxDecodedSize) {
        this.maxDecodedSize = maxDecodedSize;
    }

    void validate() {
        if (!PATH.matcher(this.path).matches()) {
            throw invalid("path", this.path, "path",
                    "a path such as /temporal/codec, the default: segments of letters, "
                            + "digits and . _ ~ -, each after a slash, and no slash at the end.");
        }
        for (int i = 0; i < this.allowedOrigins.size(); i++) {
            if (!ORIGIN.matcher(this.allowedOrigins.get(i)).matches()) {
                throw invalid("allowed-origins[" + i + "]", this.allowedOrigins.get(i), "origin",
                        "scheme, host and, unless it is the scheme's own, port, such as http://localhost:8233 or "
                                + "https://cloud.temporal.io, in lower case and with nothing after it. There are no "
                                + "patterns: list each origin.");
            }
        }
        requirePositive("max-request-size", this.maxRequestSize, "16MB");
        requirePositive("max-decoded-size", this.maxDecodedSize, "64MB");
        if (this.maxPayloads < 1) {
            throw invalid("max-payloads", this.maxPayloads, "number", "1 or more, such as 10000, the default.");
        }
    }

    private static void requirePositive(String property, DataSize size, String suggestion) {
        // Bodies and payloads are arrays in memory.
        if (size.toBytes() < 1 || size.toBytes() > Integer.MAX_VALUE) {
            throw invalid(property, size, "size", "a size from 1B to 2047MB, such as " + suggestion + ", the default.");
        }
    }

    private static ExternalStorageConfigurationException invalid(String property, Object value, String kind,
            String action) {
        return new ExternalStorageConfigurationException(
                PREFIX + "." + property + " is " + value + ", which is not a valid " + kind + ".",
                "Set " + PREFIX + "." + property + " to " + action);
    }

}
