package io.github.claimcheck.sample;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the sample itself.
 *
 * @param runAtStart whether the application creates one report when it starts and prints
 * what happened to its payloads
 * @param runTimeout how long the report created at start may take
 * @param ordersFile where the generated orders are written for the run at start
 * @param ordersSize least size of the generated orders
 * @param maxUploadSize largest CSV file that the REST API accepts
 * @param storeDirectory directory where the stored payloads end up when the store is on
 * this machine
 * @param webUi address of Temporal's Web UI, if the payloads can be seen there
 */
@ConfigurationProperties("sample")
public record SampleProperties(@DefaultValue("true") boolean runAtStart, @DefaultValue("2m") Duration runTimeout,
        @DefaultValue("target/orders.csv") Path ordersFile, @DefaultValue("5MB") DataSize ordersSize,
        @DefaultValue("16MB") DataSize maxUploadSize, Path storeDirectory, URI webUi) {
}
