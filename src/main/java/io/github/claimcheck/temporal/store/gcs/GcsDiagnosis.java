package io.github.claimcheck.temporal.store.gcs;

import com.google.cloud.storage.StorageException;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.internal.ClientSettings;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Diagnoses error responses of Cloud Storage.
 *
 * @param client names the settings of the client
 */
record GcsDiagnosis(ClientSettings client) {

    /**
     * Returns whether an error response to a download says that the object does not
     * exist.
     */
    static boolean isMissingObject(StorageException refused) {
        return refused.getCode() == 404 && !String.valueOf(refused.getMessage()).contains("bucket does not exist");
    }

    Diagnosis of(Operation operation, @Nullable String bucket, StorageException refused) {
        String reason = String.valueOf(refused.getReason());
        return switch (reason.toLowerCase(Locale.ROOT)) {
            case "ratelimitexceeded", "userratelimitexceeded", "usagelimits.ratelimitexceeded" ->
                new Diagnosis(Kind.THROTTLED, null);
            case "quotaexceeded", "dailylimitexceeded" ->
                new Diagnosis(Kind.THROTTLED, "A quota of the project is used up. Increase it");
            case "accountdisabled", "useraccountproblem", "userprojectaccountproblem", "billingdisabled" ->
                new Diagnosis(Kind.DENIED, "The project's account is disabled. Check its billing");
            case "accessnotconfigured", "usagelimits.accessnotconfigured", "service_disabled" ->
                new Diagnosis(Kind.DENIED, "Enable the Cloud Storage API in the project");
            case "userprojectmissing",
                    "authenticationrequiredrequesterpays" ->
                new Diagnosis(Kind.OTHER,
                        "The bucket charges requests to their senders, which this driver does not support. Disable "
                                + "Requester Pays");
            case "retentionpolicynotmet", "objectunderactivehold" -> new Diagnosis(Kind.OTHER,
                    "Storing a payload again replaces its object, which a retention policy or a hold prevents. Use a "
                            + "bucket without either");
            case "orgpolicyconstraintfailed" -> new Diagnosis(Kind.OTHER, "A policy of the organization prevents this");
            case "uploadtoolarge" -> tooLarge();
            default -> reason.startsWith("cloudKms")
                    ? new Diagnosis(Kind.OTHER, "Check the bucket's Cloud KMS key: it must exist and be enabled")
                    : ofStatus(operation, bucket, refused.getCode(), reason);
        };
    }

    private Diagnosis ofStatus(Operation operation, @Nullable String bucket, int status, String reason) {
        return switch (status) {
            case 401 -> new Diagnosis(Kind.DENIED,
                    "Cloud Storage rejected the credentials. Check " + credentials() + ", and this machine's clock");
            case 403 -> isDenial(reason) ? denied(operation, bucket) : new Diagnosis(Kind.DENIED, null);
            case 404 -> new Diagnosis(Kind.NO_BUCKET,
                    "If the bucket was deleted, restore it; otherwise create it, or correct the driver's bucket property");
            case 407 -> new Diagnosis(Kind.UNREACHABLE, "A proxy requires credentials");
            case 408 -> new Diagnosis(Kind.TIMED_OUT, null);
            case 413 -> tooLarge();
            case 429 -> new Diagnosis(Kind.THROTTLED, null);
            default -> (status >= 500) ? new Diagnosis(Kind.UNREACHABLE, null)
                    : (status >= 300 && status < 400) ? redirected() : Diagnosis.UNKNOWN;
        };
    }

    /** Returns whether the reason of a response with status 403 is a permission. */
    static boolean isDenial(String reason) {
        return reason.equals("null") || reason.isEmpty() || reason.equals("forbidden")
                || reason.startsWith("insufficient");
    }

    private static Diagnosis denied(Operation operation, @Nullable String bucket) {
        return new Diagnosis((operation == Operation.STORE) ? Kind.DENIED : Kind.DENIED_OR_MISSING,
                (operation == Operation.STORE)
                        ? "Grant the credentials the permissions storage.objects.create and storage.objects.delete (to "
                                + "replace objects) on the bucket " + bucket + ", for instance with the role "
                                + "roles/storage.objectUser. A retention policy of the bucket also prevents replacing "
                                + "objects"
                        : "Grant the credentials the permission storage.objects.get on the bucket " + bucket
                                + ". Without storage.objects.list, Cloud Storage also responds like this if the object "
                                + "does not exist");
    }

    /** Names the credentials. */
    String credentials() {
        return this.client.name("credentials-location, or the Application Default Credentials", "credentials");
    }

    Diagnosis redirected() {
        return new Diagnosis(Kind.OTHER, "The driver follows no redirects, which could lead payloads elsewhere. Set "
                + this.client.name("endpoint") + " to that of the store itself");
    }

    private static Diagnosis tooLarge() {
        return new Diagnosis(Kind.REFUSED, "The store, or a proxy before it, does not accept objects of this size. "
                + "Increase its limit, or lower the driver's max-payload-size");
    }

}
