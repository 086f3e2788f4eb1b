package io.github.claimcheck.temporal.store.azure;

import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.internal.ClientSettings;

/**
 * Diagnoses error responses of Azure Blob Storage.
 *
 * @param client names the settings of the client
 */
record AzureDiagnosis(ClientSettings client) {

    private static final String BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/";

    /**
     * Diagnoses a response.
     * @param operation the operation that failed
     * @param response the response
     * @param keyLength the length of the blob's name, in characters
     */
    Diagnosis of(Operation operation, AzureErrorResponse response, int keyLength) {
        // Azurite's code for wrong credentials is Azure's for a firewall.
        if (response.status() == 401 || String.valueOf(response.getMessage()).contains("failed to authenticate")) {
            return wrongCredentials();
        }
        return switch (response.code()) {
            case "ContainerNotFound" -> noContainer();
            case "ContainerBeingDeleted", "ContainerDisabled" -> new Diagnosis(Kind.NO_BUCKET,
                    "The container is being deleted or is disabled. If that is a mistake, restore it; otherwise create it "
                            + "again, or correct the driver's container property");
            case "AuthenticationFailed", "InvalidAuthenticationInfo", "NoAuthenticationInformation" ->
                wrongCredentials();
            case "KeyBasedAuthenticationNotPermitted" -> new Diagnosis(Kind.DENIED,
                    "The storage account does not allow access with account keys. " + ((this.client.bean() == null)
                            ? "Set the driver's endpoint instead of its connection-string, to use DefaultAzureCredential"
                            : "Use a token credential for the application's " + this.client.bean() + " bean"));
            case "AccountIsDisabled", "AccountBeingCreated" ->
                new Diagnosis(Kind.DENIED, "The storage account is disabled or being created. Check it in the portal");
            case "AuthorizationFailure", "AuthorizationSourceIPMismatch" -> new Diagnosis(Kind.DENIED,
                    "The account's firewall or the shared access signature does not allow this network. Allow it, or "
                            + "use a private endpoint. " + permission(operation));
            case "AuthorizationProtocolMismatch" ->
                new Diagnosis(Kind.DENIED, "The shared access signature requires https");
            case "AuthorizationResourceTypeMismatch", "AuthorizationServiceMismatch" -> new Diagnosis(Kind.DENIED,
                    "The shared access signature is not for blobs. Create one for the blob service and its objects");
            case "BlobImmutableDueToPolicy" -> new Diagnosis(Kind.OTHER,
                    "Storing a payload again replaces its blob, which the container's immutability policy forbids. Use "
                            + "a container without such a policy");
            case "BlobArchived", "BlobBeingRehydrated" -> new Diagnosis(Kind.OTHER,
                    "Rehydrate the blob, and remove lifecycle rules that move payloads to the archive tier");
            case "RequestBodyTooLarge" -> tooLarge();
            case "ServerBusy", "TooManyRequests", "IngressLimitExceeded" -> new Diagnosis(Kind.THROTTLED, null);
            case "AccountCapacityExceeded", "InsufficientStorage" ->
                new Diagnosis(Kind.THROTTLED, "The storage account is full. Increase its capacity");
            case "OperationTimedOut" -> new Diagnosis(Kind.TIMED_OUT, null);
            default -> ofStatus(operation, response, keyLength);
        };
    }

    private Diagnosis ofStatus(Operation operation, AzureErrorResponse response, int keyLength) {
        int status = response.status();
        if (status == 400 && keyLength > AzureBlobObjectStore.MAX_KEY_LENGTH) {
            return new Diagnosis(Kind.REFUSED, "The key is " + keyLength + " characters long, but Azure allows "
                    + AzureBlobObjectStore.MAX_KEY_LENGTH + ". Use a shorter namespace or key-prefix");
        }
        return switch (status) {
            case 403 -> isDenial(response.code()) ? new Diagnosis(Kind.DENIED, permission(operation))
                    : new Diagnosis(Kind.DENIED, null);
            case 404 -> noContainer();
            case 407 -> new Diagnosis(Kind.UNREACHABLE, "A proxy requires credentials");
            case 408 -> new Diagnosis(Kind.TIMED_OUT, null);
            case 413 -> tooLarge();
            case 429 -> new Diagnosis(Kind.THROTTLED, null);
            default -> (status >= 500) ? new Diagnosis(Kind.UNREACHABLE, null)
                    : (status >= 300 && status < 400) ? redirected() : Diagnosis.UNKNOWN;
        };
    }

    private static boolean isDenial(String code) {
        return code.equals("null") || code.isEmpty() || code.startsWith("Authorization")
                || code.equals("InsufficientAccountPermissions") || code.equals("AccessDenied");
    }

    private static String permission(Operation operation) {
        return (operation == Operation.STORE)
                ? "Grant the credentials the permission " + BLOBS + "write on the container, for instance with the "
                        + "role Storage Blob Data Contributor. A shared access signature needs create and write"
                : "Grant the credentials the permission " + BLOBS + "read on the container, for instance with the role "
                        + "Storage Blob Data Reader. A shared access signature needs read";
    }

    private Diagnosis wrongCredentials() {
        return new Diagnosis(Kind.DENIED,
                "Azure rejected the credentials. Check " + this.client
                    .name("connection-string or the credentials of DefaultAzureCredential", "credentials")
                        + ", and this machine's clock");
    }

    private static Diagnosis noContainer() {
        return new Diagnosis(Kind.NO_BUCKET,
                "If the container was deleted, restore it; otherwise create it, or correct the driver's container property");
    }

    private Diagnosis redirected() {
        return new Diagnosis(Kind.OTHER, "The driver follows no redirects, which could lead payloads elsewhere. Set "
                + this.client.name("endpoint or connection-string", "endpoint") + " to that of the store itself");
    }

    private static Diagnosis tooLarge() {
        return new Diagnosis(Kind.REFUSED, "The store, or a proxy before it, does not accept blobs of this size. "
                + "Increase its limit, or lower the driver's max-payload-size");
    }

}
