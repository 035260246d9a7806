/**
 * @file
 * Requests with the authorisation that the registry asks for.
 */
#ifndef BUILDER_REGISTRY_SEND_H
#define BUILDER_REGISTRY_SEND_H

#include "connection.h"

/** Add the scope of an operation: for pushing if `push` is set or was set before. */
void fp_registry_scopes(struct fp_registry *registry, bool push, struct fp_strv *scopes);
/** The value of Authorization for these scopes, or NULL. The caller owns it. */
FP_CHECKED enum fp_code fp_registry_authorize(struct fp_registry *registry,
                                              const struct fp_strv *scopes, char **ret,
                                              struct fp_error *err);
/** Get a token for these scopes, for a request that is not worth a second attempt.
 * @param unless_in If `name` is in it, which is checked under the lock, nothing is fetched.
 * @return FP_E_NOT_FOUND then; else the code of fp_registry_authorize(), and after a failure `name`
 *         is added. */
FP_CHECKED enum fp_code fp_registry_try_token(struct fp_registry *registry,
                                              const struct fp_strv *scopes,
                                              struct fp_strv *unless_in, const char *name,
                                              struct fp_error *err);
/** Evaluate a 401: keep the challenge and its scopes, and drop `authorization`.
 * @return false if a repeated request would be the same, or if another host answered. */
bool fp_registry_challenged(struct fp_registry *registry, const struct fp_http_response *response,
                            const char *authorization, struct fp_strv *scopes);
/** Send with authorisation, and after a 401 again with a new one. request->url is absolute, or
 * begins with "/" and is below the registry. */
FP_CHECKED enum fp_code fp_registry_send(struct fp_registry *registry,
                                         struct fp_http_request *request, struct fp_strv *scopes,
                                         struct fp_http_response *response, struct fp_error *err);

/** The registry that a GET or HEAD was redirected to, if it asks for a token or password of its own
 * (`status` is 401), to send the request there; NULL: none. Lives as long as `registry`. */
struct fp_registry *fp_registry_elsewhere(struct fp_registry *registry,
                                          const struct fp_http_response *response, int status);
/** The registry that sent an answer: one of these, or `registry` itself. */
struct fp_registry *fp_registry_at(struct fp_registry *registry, const char *url);
/** The URL of the server to blame for URLs that this registry names, such as its token server's. */
const char *fp_registry_named_by(const struct fp_registry *registry);

#endif
