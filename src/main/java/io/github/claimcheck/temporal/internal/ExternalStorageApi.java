package io.github.claimcheck.temporal.internal;

import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverSelectContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Uses what differs between versions of the SDK's external storage, which is
 * experimental. SDK 1.39 limits concurrent payload visits. The SDK after it limits
 * concurrent operations ({@code ExternalStorageConcurrency}), for which its contexts give
 * drivers a limiter. Nothing else calls these members. Not part of the public API.
 * <p>
 * Thread-safe.
 */
public final class ExternalStorageApi {

    private static final @Nullable Method GET_VISITS = method(ExternalStorage.class, "getMaxConcurrentPayloadVisits");

    private static final @Nullable Method SET_VISITS = method(ExternalStorage.Builder.class,
            "setMaxConcurrentPayloadVisits", int.class);

    private static final @Nullable Method GET_CONCURRENCY = method(ExternalStorage.class, "getConcurrency");

    private static final @Nullable Method SET_CONCURRENCY = (GET_CONCURRENCY != null)
            ? method(ExternalStorage.Builder.class, "setConcurrency", GET_CONCURRENCY.getReturnType()) : null;

    private static final @Nullable Method STORE_LIMITER = method(StorageDriverStoreContext.class, "getLimiter");

    private static final @Nullable Method RETRIEVE_LIMITER = method(StorageDriverRetrieveContext.class, "getLimiter");

    private ExternalStorageApi() {
    }

    /**
     * Begins an external storage with the settings of another, except its drivers and its
     * selector.
     * @param storage the other external storage
     * @return a new builder
     */
    public static ExternalStorage.Builder like(ExternalStorage storage) {
        ExternalStorage.Builder builder = ExternalStorage.newBuilder()
            .setPayloadSizeThreshold(storage.getPayloadSizeThreshold());
        copy(GET_VISITS, storage, SET_VISITS, builder);
        copy(GET_CONCURRENCY, storage, SET_CONCURRENCY, builder);
        return builder;
    }

    private static void copy(@Nullable Method getter, ExternalStorage storage, @Nullable Method setter,
            ExternalStorage.Builder builder) {
        if (getter != null && setter != null) {
            call(setter, builder, call(getter, storage));
        }
    }

    /**
     * Limits the transfers of one message, and in later SDKs those of all messages too.
     * @param builder the builder to set the limit on
     * @param maxTransfers the maximum number of concurrent transfers, at least 1
     */
    public static void limitTransfers(ExternalStorage.Builder builder, int maxTransfers) {
        if (SET_VISITS != null) {
            call(SET_VISITS, builder, maxTransfers);
        }
        if (SET_CONCURRENCY != null) {
            Object concurrency = callNamed(SET_CONCURRENCY.getParameterTypes()[0], null, "newBuilder");
            callNamed(concurrency.getClass(), concurrency, "setMaxDriverOperations", maxTransfers);
            callNamed(concurrency.getClass(), concurrency, "setMaxOperationsPerMessage", maxTransfers);
            call(SET_CONCURRENCY, builder, callNamed(concurrency.getClass(), concurrency, "build"));
        }
    }

    /**
     * Runs an operation of a driver once the SDK permits it; at once if the context has
     * no limiter. Cancelling the returned future cancels the operation, or its wait.
     * @param context the context of the driver's call
     * @param payload the payload to store
     * @param operation starts the operation; takes no permit of its own
     * @return the operation's result
     */
    public static <T> CompletableFuture<T> permit(StorageDriverStoreContext context, Object payload,
            Supplier<CompletableFuture<T>> operation) {
        return permit(STORE_LIMITER, context, payload, operation);
    }

    /**
     * Runs an operation of a driver once the SDK permits it; at once if the context has
     * no limiter. Cancelling the returned future cancels the operation, or its wait.
     * @param context the context of the driver's call
     * @param claim the claim of the payload to retrieve
     * @param operation starts the operation; takes no permit of its own
     * @return the operation's result
     */
    public static <T> CompletableFuture<T> permit(StorageDriverRetrieveContext context, Object claim,
            Supplier<CompletableFuture<T>> operation) {
        return permit(RETRIEVE_LIMITER, context, claim, operation);
    }

    @SuppressWarnings("unchecked")
    private static <T> CompletableFuture<T> permit(@Nullable Method getLimiter, Object context, Object item,
            Supplier<CompletableFuture<T>> operation) {
        Object limiter = (getLimiter != null) ? limiter(getLimiter, context) : null;
        if (getLimiter == null || limiter == null) {
            return operation.get();
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        // The SDK's future does not cancel what it waits for.
        Supplier<CompletableFuture<T>> permitted = () -> {
            if (result.isDone()) {
                return CompletableFuture.failedFuture(new CancellationException("The transfer was cancelled"));
            }
            CompletableFuture<T> running = Transfers.attempt(operation);
            Transfers.cancelWith(result, running);
            return running;
        };
        Method permit = publicMethod(getLimiter.getReturnType(), "permit", Object.class, Supplier.class);
        ((CompletableFuture<T>) call(permit, limiter, item, permitted)).whenComplete((value, failure) -> {
            if (failure != null) {
                result.completeExceptionally(Transfers.unwrap(failure));
            }
            else {
                result.complete(value);
            }
        });
        return result;
    }

    /** Returns a context's limiter; null if the context was compiled without one. */
    private static @Nullable Object limiter(Method getLimiter, Object context) {
        try {
            return call(getLimiter, context);
        }
        catch (AbstractMethodError ex) {
            return null;
        }
    }

    /**
     * Returns a context for storing. It limits nothing, and is never cancelled.
     * @param target the target; may be null
     * @return a new context
     */
    public static StorageDriverStoreContext storeContext(@Nullable StorageDriverTargetInfo target) {
        return context(StorageDriverStoreContext.class, target);
    }

    /**
     * Returns a context for selecting a driver.
     * @param target the target; may be null
     * @return a new context
     */
    public static StorageDriverSelectContext selectContext(@Nullable StorageDriverTargetInfo target) {
        return context(StorageDriverSelectContext.class, target);
    }

    /**
     * Returns a context for retrieving. It limits nothing, and is never cancelled.
     * @return a new context
     */
    public static StorageDriverRetrieveContext retrieveContext() {
        return context(StorageDriverRetrieveContext.class, null);
    }

    /** A proxy, since later SDKs may add methods that a class of ours would lack. */
    private static <C> C context(Class<C> type, @Nullable StorageDriverTargetInfo target) {
        return proxy(type, (proxy, method, arguments) -> {
            if (method.getName().equals("getTarget")) {
                return target;
            }
            return (method.getName().equals("getLimiter") && method.getReturnType().isInterface())
                    ? proxy(method.getReturnType(), ExternalStorageApi::runAtOnce) : absent(method);
        });
    }

    private static @Nullable Object runAtOnce(Object limiter, Method method, @Nullable Object[] arguments) {
        return (method.getName().equals("permit") && arguments[1] instanceof Supplier<?> operation) ? operation.get()
                : absent(method);
    }

    /** Returns what a method without an answer returns: null, zero or false. */
    private static @Nullable Object absent(Method method) {
        Class<?> type = method.getReturnType();
        return (type != void.class) ? Array.get(Array.newInstance(type, 1), 0) : null;
    }

    private static <C> C proxy(Class<C> type, InvocationHandler abstractMethods) {
        return type
            .cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
                if (method.isDefault()) {
                    return InvocationHandler.invokeDefault(proxy, method, arguments);
                }
                if (method.getDeclaringClass() != Object.class) {
                    return abstractMethods.invoke(proxy, method, arguments);
                }
                return switch (method.getName()) {
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> type.getSimpleName();
                };
            }));
    }

    private static @Nullable Method method(Class<?> type, String name, Class<?>... parameters) {
        try {
            return type.getMethod(name, parameters);
        }
        catch (NoSuchMethodException ex) {
            return null;
        }
    }

    private static Method publicMethod(Class<?> type, String name, Class<?>... parameters) {
        Method method = method(type, name, parameters);
        if (method == null) {
            throw new IllegalStateException("This version of the Temporal SDK has no method " + type.getName() + "."
                    + name + ". Use a version that the starter was tested with.");
        }
        return method;
    }

    private static Object callNamed(Class<?> type, @Nullable Object target, String name, int... argument) {
        return (argument.length == 0) ? call(publicMethod(type, name), target)
                : call(publicMethod(type, name, int.class), target, argument[0]);
    }

    private static Object call(Method method, @Nullable Object target, Object... arguments) {
        try {
            return method.invoke(target, arguments);
        }
        catch (InvocationTargetException ex) {
            if (ex.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (ex.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(ex.getCause());
        }
        catch (IllegalAccessException ex) {
            throw new IllegalStateException(ex);
        }
    }

}
