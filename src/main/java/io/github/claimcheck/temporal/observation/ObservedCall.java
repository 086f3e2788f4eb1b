package io.github.claimcheck.temporal.observation;

import io.micrometer.observation.Observation;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * Lets the context of a driver's call carry the call's observation. A composite driver
 * hands its context on to its delegates, whose observations thus know their parent on
 * whatever thread they are called. What is current on that thread may be nothing, or the
 * observation of another call whose end made the composite go on.
 *
 * @param context the SDK's context of the call
 * @param observation the observation of the call
 */
record ObservedCall(Object context, Observation observation) implements InvocationHandler {

    /**
     * Returns a context that carries an observation. It is a proxy, since later SDKs may
     * add methods that a class of ours would lack.
     */
    static <C> C carry(Class<C> type, C context, Observation observation) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
                new ObservedCall(context, observation)));
    }

    /** Returns the observation that a context carries; null if it carries none. */
    static @Nullable Observation carriedBy(Object context) {
        return (Proxy.isProxyClass(context.getClass())
                && Proxy.getInvocationHandler(context) instanceof ObservedCall call) ? call.observation : null;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(this.context, arguments);
        }
        catch (InvocationTargetException ex) {
            throw ex.getTargetException();
        }
    }

}
