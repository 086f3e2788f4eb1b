package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.payload.storage.ExternalStorage;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Adds external storage to the application's data converter beans.
 * <p>
 * A bean declared as a {@link DataConverter} becomes an
 * {@link ExternalStorageDataConverter} around the original. A bean declared as a class of
 * its own may be injected as that class, so it becomes a proxy of that class. If it
 * cannot be proxied, for instance because the class or a method is final, the bean stays
 * unchanged: workflow and schedule clients still use external storage, through
 * {@link ExternalStoragePlugin}.
 */
@SuppressWarnings("NullAway.Init") // Spring sets the bean factory.
final class DataConverterCustomizer implements BeanPostProcessor, BeanFactoryAware {

    private static final Log logger = LogFactory.getLog(DataConverterCustomizer.class);

    private final Supplier<ExternalStorage> externalStorage;

    private ConfigurableListableBeanFactory beanFactory;

    DataConverterCustomizer(Supplier<ExternalStorage> externalStorage) {
        this.externalStorage = externalStorage;
    }

    @Override
    public void setBeanFactory(BeanFactory beanFactory) {
        this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!(bean instanceof DataConverter converter) || bean instanceof ExternalStorageDataConverter
                || ScopedProxyUtils.isScopedTarget(beanName)) {
            return bean;
        }
        return customize(new ExternalStorageDataConverter(converter, this.externalStorage),
                declaredType(beanName, converter));
    }

    /**
     * Returns the type that injection points can ask for: the return type of a bean
     * method, the object type of a factory bean, or the class of a component.
     */
    private Class<?> declaredType(String beanName, DataConverter converter) {
        if (Proxy.isProxyClass(converter.getClass())) {
            return DataConverter.class;
        }
        if (this.beanFactory.containsBean(beanName) && this.beanFactory.isFactoryBean(beanName)) {
            return productType(beanName);
        }
        return this.beanFactory.containsBeanDefinition(beanName)
                ? this.beanFactory.getMergedBeanDefinition(beanName).getResolvableType().resolve(converter.getClass())
                : converter.getClass();
    }

    private Class<?> productType(String beanName) {
        Class<?> type = this.beanFactory.getType(beanName);
        if (type == null || !canBeProxied(type) && isFactoryOfInterface(beanName)) {
            return DataConverter.class;
        }
        return type;
    }

    private boolean isFactoryOfInterface(String beanName) {
        return this.beanFactory.containsBeanDefinition(beanName) && this.beanFactory.getMergedBeanDefinition(beanName)
            .getResolvableType()
            .as(FactoryBean.class)
            .getGeneric(0)
            .resolve() == DataConverter.class;
    }

    private static Object customize(ExternalStorageDataConverter storing, Class<?> declared) {
        if (declared.isInstance(storing)) {
            return storing;
        }
        DataConverter original = storing.getOriginal();
        if (canBeProxied(ClassUtils.getUserClass(original))) {
            ProxyFactory factory = new ProxyFactory(original);
            factory.setProxyTargetClass(true);
            factory.addAdvice(new StoringAdvice(storing));
            try {
                return factory.getProxy(original.getClass().getClassLoader());
            }
            catch (AopConfigException ex) {
                logger.debug("Cannot proxy " + original.getClass(), ex);
            }
        }
        logger.warn("The data converter bean of type " + original.getClass().getName()
                + " cannot be proxied, so code that "
                + "injects it converts without external storage. Declare the bean as a DataConverter, or make its class "
                + "and methods non-final and its constructor accessible. Workflow and schedule clients use external "
                + "storage in any case.");
        return original;
    }

    private static boolean canBeProxied(Class<?> type) {
        return !Modifier.isFinal(type.getModifiers()) && Arrays.stream(ReflectionUtils.getAllDeclaredMethods(type))
            .noneMatch((method) -> method.getDeclaringClass() != Object.class && Modifier.isFinal(method.getModifiers())
                    && !Modifier.isPrivate(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()));
    }

    /**
     * Returns the data converter as it was before it was customized. Other proxies are
     * returned unchanged.
     */
    static DataConverter original(DataConverter converter) {
        if (converter instanceof ExternalStorageDataConverter storing) {
            return storing.getOriginal();
        }
        if (converter instanceof Advised proxy) {
            for (Advisor advisor : proxy.getAdvisors()) {
                if (advisor.getAdvice() instanceof StoringAdvice advice) {
                    return advice.storing().getOriginal();
                }
            }
        }
        return converter;
    }

    /**
     * Sends the methods of {@link DataConverter} to a storing converter, and all others
     * to the original.
     */
    private record StoringAdvice(ExternalStorageDataConverter storing) implements MethodInterceptor {

        @Override
        public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
            Method method = ClassUtils.getMethodIfAvailable(DataConverter.class, invocation.getMethod().getName(),
                    invocation.getMethod().getParameterTypes());
            if (method == null || Modifier.isStatic(method.getModifiers())) {
                return invocation.proceed();
            }
            Object result = AopUtils.invokeJoinpointUsingReflection(this.storing, method, invocation.getArguments());
            return (result instanceof ExternalStorageDataConverter converter)
                    ? customize(converter, invocation.getMethod().getReturnType()) : result;
        }

    }

}
