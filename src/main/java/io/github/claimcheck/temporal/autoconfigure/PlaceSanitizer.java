package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.audit.AuditedReference;
import io.github.claimcheck.temporal.audit.HistoryAudit;
import io.github.claimcheck.temporal.driver.AuditedObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;

/**
 * Sanitizes what names a place, such as a bucket, a key or the address of a server, as
 * Spring Boot's own endpoints sanitize values.
 *
 * @param sanitizer applies the application's functions
 * @param shown whether the caller may see places at all
 */
record PlaceSanitizer(Sanitizer sanitizer, boolean shown) {

    /** Sanitizes a text, or the texts in a map or a list. */
    @Nullable Object sanitized(String key, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> sanitized = new LinkedHashMap<>();
            map.forEach((name, each) -> sanitized.put(String.valueOf(name), sanitized(key + name, each)));
            return sanitized;
        }
        if (value instanceof List<?> list) {
            return list.stream().map((each) -> sanitized(key, each)).toList();
        }
        return (value instanceof String)
                ? this.sanitizer.sanitize(
                        new SanitizableData(null, ExternalStorageProperties.PREFIX + "." + key, value), this.shown)
                : value;
    }

    private @Nullable String text(String key, @Nullable String text) {
        Object sanitized = sanitized(key, text);
        return (sanitized != null) ? sanitized.toString() : null;
    }

    HistoryAudit sanitized(HistoryAudit audit) {
        List<AuditedReference> references = audit.references()
            .stream()
            .map((found) -> new AuditedReference(found.event(), found.eventType(), found.field(), found.size(),
                    found.driver(), String.valueOf(text("place", found.place())), found.state(),
                    text("detail", found.detail()), found.copies().stream().map(this::sanitized).toList()))
            .toList();
        return audit.with(references);
    }

    private AuditedObject sanitized(AuditedObject copy) {
        return new AuditedObject(copy.driver(), String.valueOf(text("place", copy.place())), copy.state(),
                text("detail", copy.detail()));
    }

}
