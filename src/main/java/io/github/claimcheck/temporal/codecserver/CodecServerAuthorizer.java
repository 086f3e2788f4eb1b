package io.github.claimcheck.temporal.codecserver;

import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may use the codec server for what. Without a bean of this type, whoever
 * gets through to the server, past Spring Security if there is one, may do anything.
 * <p>
 * The namespace is what the caller says. What stands in the history of one namespace can
 * be sent as that of another, and is decoded unless the other has other keys or another
 * store. So allow nobody a namespace that shares these with one that they may not see.
 * <p>
 * Called once for each request, before its body is read, on a thread that may block.
 * Implementations must be thread-safe.
 */
@FunctionalInterface
public interface CodecServerAuthorizer {

    /**
     * Returns whether a request is allowed. Otherwise, its status is 403.
     * @param operation what the caller asks for
     * @param namespace the namespace, which the application knows
     * @param principal the authenticated caller; null if there is none
     * @return whether the request is allowed
     */
    boolean isAllowed(CodecServerOperation operation, String namespace, @Nullable Principal principal);

}
