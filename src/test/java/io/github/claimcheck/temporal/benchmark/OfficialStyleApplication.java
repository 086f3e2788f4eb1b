package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.testing.S3Server;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The SDK with a driver in the style of the official ones, configured as their
 * documentation shows.
 */
final class OfficialStyleApplication implements Application {

    private final String taskQueue;

    private final S3AsyncClient s3;

    private final WorkflowServiceStubs stubs;

    private final WorkflowClient client;

    private final WorkerFactory factory;

    OfficialStyleApplication(BenchmarkEnvironment environment, String taskQueue) {
        this.taskQueue = taskQueue;
        this.s3 = S3AsyncClient.builder()
            .endpointOverride(environment.gateway().getEndpoint())
            .region(Region.of(S3Server.REGION))
            .forcePathStyle(true)
            .credentialsProvider(StaticCredentialsProvider
                .create(AwsBasicCredentials.create(S3Server.ACCESS_KEY_ID, S3Server.SECRET_ACCESS_KEY)))
            .build();
        this.stubs = WorkflowServiceStubs
            .newServiceStubs(WorkflowServiceStubsOptions.newBuilder().setTarget(environment.temporalTarget()).build());
        this.client = WorkflowClient.newInstance(this.stubs,
                WorkflowClientOptions.newBuilder()
                    .setExternalStorage(ExternalStorage.newBuilder()
                        .setDriver(new OfficialStyleStorageDriver(this.s3, environment.bucket()))
                        .build())
                    .build());
        this.factory = WorkerFactory.newInstance(this.client);
        Application.register(this.factory.newWorker(taskQueue));
        this.factory.start();
    }

    @Override
    public WorkflowClient client() {
        return this.client;
    }

    @Override
    public String taskQueue() {
        return this.taskQueue;
    }

    @Override
    public void close() {
        this.factory.shutdown();
        this.factory.awaitTermination(10, TimeUnit.SECONDS);
        this.stubs.shutdown();
        this.s3.close();
    }

}
