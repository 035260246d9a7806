/**
 * @file
 * Tokens of a registry's token server, and their scopes ("repository:team/orders:pull,push").
 */
#ifndef BUILDER_REGISTRY_TOKEN_H
#define BUILDER_REGISTRY_TOKEN_H

#include "flinkpack/http.h"

/** Add "TYPE:NAME:ACTION,..." to a list, merging actions of the same resource; a malformed one is
 * left out. */
void fp_scope_add(struct fp_strv *scopes, const char *scope);
/** Whether a token for `have` is enough for `want`. */
bool fp_scope_covers(const struct fp_strv *have, const struct fp_strv *want);

/** A token of the registry's token server. */
struct fp_token {
    struct fp_strv scopes;
    char *value;
    int64_t renew_ms; /**< monotonic; it is not used from then on */
};

struct fp_registry;

/** GET a token for these scopes from the challenge's realm. Called with the lock held.
 * @param no_retry One attempt only. */
FP_CHECKED enum fp_code fp_token_fetch(struct fp_registry *registry, const struct fp_strv *scopes,
                                       bool no_retry, struct fp_token *ret, struct fp_error *err);
/** Take the token in the answer of a token server, and a new identity token for the registry if it
 * gives one. FP_E_INPUT: no JSON; FP_E_AUTH: no token that passes fp_token_is_clean(). */
FP_CHECKED enum fp_code fp_token_take_answer(struct fp_registry *registry,
                                             const struct fp_strv *scopes,
                                             const struct fp_http_response *response,
                                             struct fp_token *ret, struct fp_error *err);
void fp_token_clear(struct fp_token *token);
/** A kept token that covers these scopes; NULL: there is none. Called with the lock held, like the
 * other two. */
const struct fp_token *fp_token_find(const struct fp_registry *registry,
                                     const struct fp_strv *scopes);
/** Keep a token, and drop those that it covers. */
const struct fp_token *fp_token_keep(struct fp_registry *registry, const struct fp_token *token);
/** Drop the token in this value of Authorization. */
void fp_token_drop(struct fp_registry *registry, const char *authorization);
/** How long to use a token with so much of its life left, so that no body is begun with less than a
 * minute: for a third of a short life, and never so briefly that each request would renew it. */
int64_t fp_token_usable_s(int64_t left_s);
/** Whether a token can be put into a header. */
bool fp_token_is_clean(const char *text);

#endif
