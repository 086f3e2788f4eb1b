package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowClientPlugin;
import io.temporal.client.schedules.ScheduleClientOptions;
import io.temporal.client.schedules.ScheduleClientPlugin;
import io.temporal.common.converter.DataConverter;
import io.temporal.payload.storage.ExternalStorage;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Puts external storage into the clients that it is a plugin of.
 * <p>
 * A workflow client, and so its workers, applies external storage itself, on whole messages and outside of workflow
 * threads; it gets the storage, and the data converter as it was before the starter customized it, so that nothing is
 * stored twice. A schedule client has no such option, and gets a data converter that stores.
 * <p>
 * The Temporal starter adds this plugin to its clients of all namespaces. A client that the application makes by itself
 * needs it in {@code WorkflowClientOptions.Builder.setPlugins} or {@code ScheduleClientOptions.Builder.setPlugins}.
 * <p>
 * It comes before other plugins, so that what they put around the data converter stays. Thread-safe.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class ExternalStoragePlugin implements WorkflowClientPlugin, ScheduleClientPlugin {

    private final ExternalStorage externalStorage;

    ExternalStoragePlugin(ExternalStorage externalStorage) {
        this.externalStorage = externalStorage;
    }

    @Override
    public String getName() {
        return "io.github.claimcheck.temporal.external-storage";
    }

    /** An external storage that the application has set itself is left alone. */
    @Override
    public void configureWorkflowClient(WorkflowClientOptions.Builder builder) {
        WorkflowClientOptions options = builder.build();
        if (options.getDataConverter() != null) {
            builder.setDataConverter(DataConverterCustomizer.original(options.getDataConverter()));
        }
        if (options.getExternalStorage() == null) {
            builder.setExternalStorage(this.externalStorage);
        }
    }

    @Override
    public void configureScheduleClient(ScheduleClientOptions.Builder builder) {
        // The builder has no getter, and what it builds has the SDK's default where there is no converter yet.
        DataConverter original = DataConverterCustomizer.original(builder.build().getDataConverter());
        builder.setDataConverter(new ExternalStorageDataConverter(original, this.externalStorage));
    }

}
