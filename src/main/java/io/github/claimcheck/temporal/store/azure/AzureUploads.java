package io.github.claimcheck.temporal.store.azure;

import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.rest.Response;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.BlockBlobItem;
import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.internal.Md5;
import io.github.claimcheck.temporal.internal.UnconfirmedUpload;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Confirms from the responses to uploads that Azure has stored the blobs: a status alone
 * may come from something else that answers, or belong to another request.
 */
final class AzureUploads {

    private static final HttpHeaderName CLIENT_REQUEST_ID = HttpHeaderName.X_MS_CLIENT_REQUEST_ID;

    private static final HttpHeaderName VERSION = HttpHeaderName.fromString("x-ms-version");

    private AzureUploads() {
    }

    /**
     * Confirms an upload.
     * @param upload the upload
     * @param content what it sends
     * @return the upload, which fails with an {@link UnconfirmedUpload} if the response
     * does not show that the blob was stored
     */
    static Mono<?> confirm(Mono<Response<BlockBlobItem>> upload, ByteString content) {
        return upload.onErrorMap(HttpResponseException.class, AzureUploads::uploadFailure)
            .onErrorMap(AzureUploads::isOfAnotherRequest,
                    (failure) -> new UnconfirmedUpload("its x-ms-client-request-id is that of another request"))
            // The MD5 is not computed on a network thread.
            .publishOn(Schedulers.boundedElastic())
            .flatMap((response) -> {
                String difference = difference(response, content);
                return (difference == null) ? Mono.just(response) : Mono.error(new UnconfirmedUpload(difference));
            });
    }

    private static Exception uploadFailure(HttpResponseException exception) {
        HttpResponse response = exception.getResponse();
        if (response != null && response.getStatusCode() < 300) {
            return new UnconfirmedUpload("its status is " + response.getStatusCode() + " instead of 201");
        }
        return (exception instanceof BlobStorageException refused) ? new AzureErrorResponse(refused) : exception;
    }

    /** The client's exception for an echo that differs has no type of its own. */
    private static boolean isOfAnotherRequest(Throwable failure) {
        String message = failure.getMessage();
        return failure.getClass() == RuntimeException.class && message != null
                && message.contains(CLIENT_REQUEST_ID.getCaseInsensitiveName());
    }

    /**
     * Returns how a response differs from one of Azure to this upload; null if it does
     * not. Azure returns the MD5 of what it has stored. The client compares the request
     * id that Azure echoes, but requires none.
     */
    private static @Nullable String difference(Response<BlockBlobItem> response, ByteString content) {
        String tag = response.getValue().getETag();
        if (tag == null || tag.isBlank()) {
            return "it has no ETag";
        }
        byte[] md5 = response.getValue().getContentMd5();
        if (md5 != null) {
            return Arrays.equals(md5, Md5.of(content)) ? null : "its Content-MD5 is not that of the upload";
        }
        HttpHeaders headers = response.getHeaders();
        boolean fromAzure = headers.get(CLIENT_REQUEST_ID) != null
                || headers.get(HttpHeaderName.X_MS_REQUEST_ID) != null && headers.get(VERSION) != null;
        return fromAzure ? null : "it has neither a Content-MD5 nor Azure's request id";
    }

}
