package io.github.claimcheck.temporal.autoconfigure;

import java.util.HashSet;
import java.util.Set;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Properties of the Actuator endpoint {@code externalstorage}. */
@ConfigurationProperties("management.endpoint.externalstorage")
public class ExternalStorageEndpointProperties {

    /**
     * When to show where payloads are, such as buckets, keys and endpoints.
     */
    private Show showValues = Show.NEVER;

    /**
     * Roles that see these values when authorized. Empty for any authenticated user.
     */
    private Set<String> roles = new HashSet<>();

    public Show getShowValues() {
        return this.showValues;
    }

    public void setShowValues(Show showValues) {
        this.showValues = showValues;
    }

    public Set<String> getRoles() {
        return this.roles;
    }

    public void setRoles(Set<String> roles) {
        this.roles = roles;
    }

}
