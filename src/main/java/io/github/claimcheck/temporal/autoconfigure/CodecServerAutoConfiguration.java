package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.codecserver.CodecServer;
import io.github.claimcheck.temporal.codecserver.CodecServerAuthorizer;
import io.github.claimcheck.temporal.codecserver.CodecServerLimits;
import io.github.claimcheck.temporal.codecserver.PayloadProcessor;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.storage.ExternalStorage;
import java.util.List;
import java.util.Set;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration for the codec server, which shows payloads to Temporal's Web UI and
 * CLI. Applies to web applications that enable it.
 */
@AutoConfiguration(after = ExternalStorageAutoConfiguration.class)
@ConditionalOnClass(ExternalStorage.class)
@Conditional({ OnExternalStorageEnabled.class, OnCodecServerEnabled.class })
@Lazy(false)
@Import({ CodecServerWebMvcConfiguration.class, CodecServerWebFluxConfiguration.class })
public class CodecServerAutoConfiguration {

    private static final Log logger = LogFactory.getLog(CodecServerAutoConfiguration.class);

    /** Its filter chain in a servlet application, and its type in a reactive one. */
    private static final String SERVLET_SECURITY = "springSecurityFilterChain";

    private static final String REACTIVE_SECURITY = "org.springframework.security.web.server.WebFilterChainProxy";

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication
    static class ServerConfiguration {

        @Bean
        ApplicationNamespaces temporalCodecServerNamespaces(ListableBeanFactory beans, Environment environment) {
            return new ApplicationNamespaces(beans, environment);
        }

        @Bean
        CodecServer temporalCodecServer(ExternalStorageProperties properties, ApplicationNamespaces namespaces,
                ListableBeanFactory beans, ObjectProvider<CodecServerAuthorizer> authorizer) {
            CodecServerProperties server = properties.getCodecServer();
            return new CodecServer(namespaces,
                    new PayloadProcessor(
                            server.getPostStorageCodecs().stream().map((name) -> codec(beans, name)).toList()),
                    authorizer.getIfAvailable(() -> (operation, namespace, principal) -> true),
                    server.getAllowedOrigins(),
                    new CodecServerLimits(server.getMaxRequestSize().toBytes(), server.getMaxPayloads(),
                            server.getMaxDecodedSize().toBytes(), properties.getMaxBytesInFlight().toBytes()));
        }

        /** Reports once all clients exist. */
        @Bean
        SmartInitializingSingleton temporalCodecServerReport(ExternalStorageProperties properties,
                ApplicationNamespaces namespaces, ListableBeanFactory beans) {
            return () -> report(properties.getCodecServer().getPath(), namespaces.names(), hasSpringSecurity(beans));
        }

        private static boolean hasSpringSecurity(ListableBeanFactory beans) {
            ClassLoader classLoader = CodecServerAutoConfiguration.class.getClassLoader();
            return beans.containsBean(SERVLET_SECURITY) || (ClassUtils.isPresent(REACTIVE_SECURITY, classLoader)
                    && beans.getBeanNamesForType(ClassUtils.resolveClassName(REACTIVE_SECURITY, classLoader), true,
                            false).length > 0);
        }

        private static void report(String path, Set<String> namespaces, boolean secured) {
            String what = "The codec server at " + path + " shows the payloads of the namespaces " + namespaces
                    + " in the clear, and may store new ones";
            if (secured) {
                logger.info(what + ", to everyone whom Spring Security lets through");
            }
            else {
                logger.warn(what + ", to everyone who can reach this application: Spring Security has no filter chain. "
                        + "Add spring-boot-starter-security, and protect " + path + "/**");
            }
        }

        private static PayloadCodec codec(ListableBeanFactory beans, String name) {
            Object bean = beans.containsBean(name) ? beans.getBean(name) : null;
            if (bean instanceof PayloadCodec codec) {
                return codec;
            }
            throw new ExternalStorageConfigurationException(
                    CodecServerProperties.PREFIX + ".post-storage-codecs names '" + name + "', which is "
                            + ((bean != null) ? "a " + bean.getClass().getName() + " bean, not a PayloadCodec."
                                    : "not the name of a bean."),
                    "Set " + CodecServerProperties.PREFIX
                            + ".post-storage-codecs to names of PayloadCodec beans. There are: "
                            + List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, PayloadCodec.class)));
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnNotWebApplication
    static class NoWebConfiguration {

        NoWebConfiguration() {
            logger.warn(OnCodecServerEnabled.PROPERTY + " has no effect: this is not a web application. Add "
                    + "spring-boot-starter-webmvc, spring-boot-starter-web in Spring Boot 3, or "
                    + "spring-boot-starter-webflux");
        }

    }

}
