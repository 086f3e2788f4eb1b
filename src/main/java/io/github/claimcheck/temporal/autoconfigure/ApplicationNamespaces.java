package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.codecserver.CodecNamespace;
import io.github.claimcheck.temporal.codecserver.CodecNamespaces;
import io.github.claimcheck.temporal.codecserver.CodecServerCodecs;
import io.github.claimcheck.temporal.codecserver.ConverterCodec;
import io.github.claimcheck.temporal.internal.ExternalStorageApi;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.GlobalDataConverter;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.storage.ExternalStorage;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The namespaces that the application knows: those of its workflow clients, whose data
 * converter and external storage are the truth, and those of {@code spring.temporal},
 * which may be all there is if the application has no connection to Temporal. Built at
 * the first use, when all beans exist. Thread-safe.
 */
final class ApplicationNamespaces implements CodecNamespaces {

    private static final String MAIN_DATA_CONVERTER = "mainDataConverter";

    private final ListableBeanFactory beans;

    private final ApplicationClients clients;

    private final Binder binder;

    private @Nullable Map<String, CodecNamespace> byName;

    ApplicationNamespaces(ListableBeanFactory beans, Environment environment) {
        this.beans = beans;
        this.clients = new ApplicationClients(beans, environment);
        this.binder = Binder.get(environment);
    }

    /** Returns the bean names' prefixes of the configured namespaces, by namespace. */
    private Map<String, String> configured() {
        Map<String, String> aliases = new LinkedHashMap<>();
        aliases.put(this.clients.root(), "");
        for (int i = 0;; i++) {
            String element = "spring.temporal.namespaces[" + i + "]";
            String name = text(element + ".namespace");
            if (name == null) {
                return aliases;
            }
            String alias = text(element + ".alias");
            aliases.putIfAbsent(name, (alias != null) ? alias : name);
        }
    }

    private @Nullable String text(String property) {
        return this.binder.bind(property, Bindable.of(String.class)).orElse(null);
    }

    /**
     * Returns the names of all namespaces.
     * @throws ExternalStorageConfigurationException if it is not clear which data
     * converter is the root namespace's
     */
    Set<String> names() {
        return all().keySet();
    }

    private synchronized Map<String, CodecNamespace> all() {
        Map<String, CodecNamespace> all = this.byName;
        if (all == null) {
            all = build();
            this.byName = all;
        }
        return all;
    }

    @Override
    public @Nullable CodecNamespace find(@Nullable String name) {
        Map<String, CodecNamespace> namespaces = all();
        if (name != null) {
            return namespaces.get(name);
        }
        CodecNamespace root = namespaces.get(this.clients.root());
        return (root == null && namespaces.size() == 1) ? namespaces.values().iterator().next() : root;
    }

    private Map<String, CodecNamespace> build() {
        Map<String, CodecNamespace> namespaces = new LinkedHashMap<>();
        Function<String, @Nullable PayloadCodec> codecs = codecs();
        this.clients.byNamespace()
            .forEach((name, client) -> namespaces.put(name, ofClient(client.getOptions(), codecs)));
        boolean hasClients = !namespaces.isEmpty();
        configured().forEach((name, alias) -> {
            if (!hasClients || text(ApplicationClients.ROOT) != null || !alias.isEmpty()) {
                namespaces.computeIfAbsent(name, (absent) -> namespace(name, codecs, converter(alias), storage()));
            }
        });
        return namespaces;
    }

    /** Asks for the codec of each namespace once, of however many clients it has. */
    private Function<String, @Nullable PayloadCodec> codecs() {
        CodecServerCodecs codecs = this.beans.getBeanProvider(CodecServerCodecs.class).getIfAvailable();
        Map<String, Optional<PayloadCodec>> known = new HashMap<>();
        return (namespace) -> known
            .computeIfAbsent(namespace,
                    (unknown) -> Optional.ofNullable((codecs != null) ? codecs.getCodec(namespace) : null))
            .orElse(null);
    }

    private static CodecNamespace namespace(String name, Function<String, @Nullable PayloadCodec> codecs,
            DataConverter converter, @Nullable ExternalStorage storage) {
        PayloadCodec codec = codecs.apply(name);
        return new CodecNamespace(name, (codec != null) ? codec : new ConverterCodec(converter), storage);
    }

    private CodecNamespace ofClient(WorkflowClientOptions options, Function<String, @Nullable PayloadCodec> codecs) {
        DataConverter converter = options.getDataConverter();
        ExternalStorage storage = options.getExternalStorage();
        return namespace(options.getNamespace(), codecs, (converter != null) ? converter : GlobalDataConverter.get(),
                (storage != null) ? storage : retrieving(storage()));
    }

    /** A client that stores nothing may still have a history of references. */
    private static @Nullable ExternalStorage retrieving(@Nullable ExternalStorage storage) {
        return (storage == null) ? null
                : ExternalStorageApi.like(storage)
                    .setDrivers(storage.getDrivers())
                    .setDriverSelector((context, payload) -> null)
                    .build();
    }

    private @Nullable ExternalStorage storage() {
        return this.beans.getBeanProvider(ExternalStorage.class).getIfAvailable();
    }

    /**
     * Returns the converter that the Temporal starter would choose: for the root
     * namespace the only one, or the main one of several; for others one of their own.
     */
    private DataConverter converter(String alias) {
        if (!alias.isEmpty()) {
            String bean = alias + "DataConverter";
            return this.beans.containsBean(bean) ? this.beans.getBean(bean, DataConverter.class)
                    : GlobalDataConverter.get();
        }
        Map<String, DataConverter> candidates = BeanFactoryUtils.beansOfTypeIncludingAncestors(this.beans,
                DataConverter.class);
        configured().values().forEach((other) -> candidates.remove(other + "DataConverter"));
        if (candidates.containsKey(MAIN_DATA_CONVERTER)) {
            return candidates.get(MAIN_DATA_CONVERTER);
        }
        if (candidates.size() > 1) {
            throw new ExternalStorageConfigurationException(
                    "There are several DataConverter beans, " + candidates.keySet()
                            + ", and the codec server cannot tell which of them is that of the namespace '"
                            + this.clients.root() + "'.",
                    "Name that bean " + MAIN_DATA_CONVERTER + ", as the Temporal starter asks, too.");
        }
        return candidates.isEmpty() ? GlobalDataConverter.get() : candidates.values().iterator().next();
    }

}
