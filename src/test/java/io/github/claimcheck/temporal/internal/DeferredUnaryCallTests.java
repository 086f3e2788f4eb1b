package io.github.claimcheck.temporal.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.temporal.api.workflowservice.v1.SignalWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.SignalWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeferredUnaryCallTests {

    private static final MethodDescriptor<SignalWorkflowExecutionRequest, SignalWorkflowExecutionResponse> METHOD = WorkflowServiceGrpc
        .getSignalWorkflowExecutionMethod();

    private static final SignalWorkflowExecutionRequest REQUEST = SignalWorkflowExecutionRequest.newBuilder()
        .setSignalName("original")
        .build();

    private static final SignalWorkflowExecutionRequest PREPARED = REQUEST.toBuilder()
        .setSignalName("prepared")
        .build();

    private final Queue<String> received = new ConcurrentLinkedQueue<>();

    private final AtomicReference<Deadline> deadline = new AtomicReference<>();

    private Server server;

    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        String name = InProcessServerBuilder.generateName();
        this.server = InProcessServerBuilder.forName(name)
            .addService(new WorkflowServiceGrpc.WorkflowServiceImplBase() {

                @Override
                public void signalWorkflowExecution(SignalWorkflowExecutionRequest request,
                        StreamObserver<SignalWorkflowExecutionResponse> response) {
                    DeferredUnaryCallTests.this.received.add(request.getSignalName());
                    DeferredUnaryCallTests.this.deadline.set(Context.current().getDeadline());
                    response.onNext(SignalWorkflowExecutionResponse.getDefaultInstance());
                    response.onCompleted();
                }

            })
            .build()
            .start();
        this.channel = InProcessChannelBuilder.forName(name).build();
    }

    @AfterEach
    void stop() {
        this.channel.shutdownNow();
        this.server.shutdownNow();
    }

    @Test
    void sendsTheRequestOnceItIsReady() throws Exception {
        CompletableFuture<SignalWorkflowExecutionRequest> ready = new CompletableFuture<>();
        Future<?> response = call(CallOptions.DEFAULT, (request, headers) -> ready);
        assertThat(this.received).isEmpty();
        ready.complete(PREPARED);
        response.get(5, TimeUnit.SECONDS);
        assertThat(this.received).containsExactly("prepared");
    }

    @Test
    void waitsOnTheThreadOfABlockingCaller() {
        assertThat(ClientCalls.blockingUnaryCall(new DeferredUnaryCall<>(METHOD, CallOptions.DEFAULT, this.channel,
                (request, headers) -> CompletableFuture.supplyAsync(() -> PREPARED)), REQUEST))
            .isNotNull();
        assertThat(this.received).containsExactly("prepared");
    }

    @Test
    void doesNotCountPreparationTowardsTheDeadline() throws Exception {
        CompletableFuture<SignalWorkflowExecutionRequest> ready = new CompletableFuture<>();
        Deadline soon = Deadline.after(200, TimeUnit.MILLISECONDS);
        Future<?> response = call(CallOptions.DEFAULT.withDeadline(soon), (request, headers) -> ready);
        CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS).execute(() -> ready.complete(PREPARED));
        response.get(5, TimeUnit.SECONDS);
        assertThat(soon.isExpired()).isTrue();
        assertThat(this.deadline.get()).as("deadline of the call").isNotNull();
    }

    @Test
    void failsWithTheStatusOfThePreparation() {
        Status status = Status.FAILED_PRECONDITION.withDescription("not stored");
        Future<?> response = call(CallOptions.DEFAULT,
                (request, headers) -> CompletableFuture.failedFuture(status.asRuntimeException()));
        assertThat(statusOf(response).getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(this.received).isEmpty();
    }

    @Test
    void failsWhenThePreparationThrows() {
        IllegalStateException failure = new IllegalStateException("broken");
        Future<?> response = call(CallOptions.DEFAULT, (request, headers) -> {
            throw failure;
        });
        assertThat(statusOf(response).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(statusOf(response).getCause()).isSameAs(failure);
    }

    @Test
    void failsWhenTheCallCannotStart() {
        IllegalStateException failure = new IllegalStateException("broken");
        Future<?> response = ClientCalls
            .futureUnaryCall(new DeferredUnaryCall<>(METHOD, CallOptions.DEFAULT, channel((method) -> {
                throw failure;
            }), (request, headers) -> CompletableFuture.completedFuture(PREPARED)), REQUEST);
        assertThat(statusOf(response).getCause()).isSameAs(failure);
    }

    @Test
    void cancelsThePreparationWithTheCall() {
        CompletableFuture<SignalWorkflowExecutionRequest> ready = new CompletableFuture<>();
        Future<?> response = call(CallOptions.DEFAULT, (request, headers) -> ready);
        response.cancel(true);
        assertThat(ready).isCancelled();
        assertThat(this.received).isEmpty();
    }

    @Test
    void startsInTheContextOfTheCaller() throws Exception {
        Context.Key<String> key = Context.key("tenant");
        AtomicReference<String> seen = new AtomicReference<>();
        CompletableFuture<SignalWorkflowExecutionRequest> ready = new CompletableFuture<>();
        Future<?> response = Context.current()
            .withValue(key, "tenant-1")
            .call(() -> ClientCalls.futureUnaryCall(new DeferredUnaryCall<>(METHOD, CallOptions.DEFAULT,
                    channel((method) -> seen.set(key.get())), (request, headers) -> ready), REQUEST));
        CompletableFuture.runAsync(() -> ready.complete(PREPARED)).get(5, TimeUnit.SECONDS);
        response.get(5, TimeUnit.SECONDS);
        assertThat(seen).hasValue("tenant-1");
    }

    /** Returns the channel with an action before each call. */
    private Channel channel(Consumer<MethodDescriptor<?, ?>> beforeCall) {
        return ClientInterceptors.intercept(this.channel, new ClientInterceptor() {

            @Override
            public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options,
                    Channel next) {
                beforeCall.accept(method);
                return next.newCall(method, options);
            }

        });
    }

    private Future<?> call(CallOptions options,
            BiFunction<SignalWorkflowExecutionRequest, Metadata, CompletionStage<SignalWorkflowExecutionRequest>> prepare) {
        return ClientCalls.futureUnaryCall(new DeferredUnaryCall<>(METHOD, options, this.channel, prepare), REQUEST);
    }

    private static Status statusOf(Future<?> response) {
        return ((StatusRuntimeException) catchThrowableOfType(ExecutionException.class,
                () -> response.get(5, TimeUnit.SECONDS))
            .getCause()).getStatus();
    }

}
