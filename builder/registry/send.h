/**
 * @file
 * Requests that carry what the registry asks for.
 */
#ifndef BUILDER_REGISTRY_SEND_H
#define BUILDER_REGISTRY_SEND_H

#include "connection.h"

/** The scopes of an operation: push (or what was needed before) first. */
void fp_registry_scopes(struct fp_registry *registry, bool push, struct fp_strv *scopes);
/** The value of Authorization for these scopes, or NULL. The caller owns it. */
FP_CHECKED enum fp_code fp_registry_authorize(struct fp_registry *registry,
                                              const struct fp_strv *scopes, char **ret,
                                              struct fp_error *err);
/** Have a token for these scopes, for a request that is not worth a second attempt.
 * @param unless_in Where `name` is in it, which is looked at when no other thread asks, nothing is
 *                  fetched.
 * @return FP_E_NOT_FOUND then; and what fp_registry_authorize() returns, `name` being noted. */
FP_CHECKED enum fp_code fp_registry_try_token(struct fp_registry *registry,
                                              const struct fp_strv *scopes,
                                              struct fp_strv *unless_in, const char *name,
                                              struct fp_error *err);
/** Take in a 401: the challenge, its scopes, and that `authorization` is no longer good.
 * @return false: there is nothing that could be done differently, or it is another host's answer.
 */
bool fp_registry_challenged(struct fp_registry *registry, const struct fp_http_response *response,
                            const char *authorization, struct fp_strv *scopes);
/** Send with authorisation, once more with a new one after a 401. request->url is absolute, or
 * begins with "/" and is below the registry. */
FP_CHECKED enum fp_code fp_registry_send(struct fp_registry *registry,
                                         struct fp_http_request *request, struct fp_strv *scopes,
                                         struct fp_http_response *response, struct fp_error *err);

/** The registry that a GET or HEAD was redirected to, where it asks for a token or password of its
 * own (`status` is 401), to be asked there once more; NULL: none. Lives as long as `registry`. */
struct fp_registry *fp_registry_elsewhere(struct fp_registry *registry,
                                          const struct fp_http_response *response, int status);
/** Whom an answer is from: one of these, or `registry` itself. */
struct fp_registry *fp_registry_at(struct fp_registry *registry, const char *url);
/** The URL of whoever is answered for naming this registry's token server and its like. */
const char *fp_registry_named_by(const struct fp_registry *registry);

#endif
