package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.observation.ActivitySpans;
import io.micrometer.tracing.Tracer;
import io.temporal.payload.storage.ExternalStorage;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * Configures the parents of spans that the SDK's order of calls takes from them. To be
 * imported after {@link StorageObservationConfiguration}, whose spans these are.
 */
@Configuration(proxyBeanMethods = false)
@Lazy(false)
@ConditionalOnClass(Tracer.class)
class StorageTracingConfiguration {

    /**
     * Declares the spans. Whether there is a tracer is asked here, since no order puts
     * this configuration after all that declare one.
     */
    @Bean
    static ActivitySpans externalStorageActivitySpans(ObjectProvider<Tracer> tracer) {
        return new ActivitySpans(tracer.getIfUnique(() -> Tracer.NOOP));
    }

    @Bean
    static BeanPostProcessor tracedExternalStorage(ObjectProvider<ActivitySpans> spans) {
        return new BeanPostProcessor() {

            @Override
            public Object postProcessAfterInitialization(Object bean, String beanName) {
                return (bean instanceof ExternalStorage storage) ? spans.getObject().decorate(storage) : bean;
            }

        };
    }

}
