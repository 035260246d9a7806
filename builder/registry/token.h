/**
 * @file
 * Tokens of a registry's token server, and their scopes ("repository:team/orders:pull,push").
 */
#ifndef BUILDER_REGISTRY_TOKEN_H
#define BUILDER_REGISTRY_TOKEN_H

#include "flinkpack/http.h"

/** Add "TYPE:NAME:ACTION,..." to a list, merging actions of the same resource; nonsense is left
 * out. */
void fp_scope_add(struct fp_strv *scopes, const char *scope);
/** Whether a token for `have` serves where `want` is needed. */
bool fp_scope_covers(const struct fp_strv *have, const struct fp_strv *want);

/** A token of the registry's token server. */
struct fp_token {
    struct fp_strv scopes;
    char *value;
    int64_t renew_ms; /**< monotonic: not used from then on */
};

struct fp_registry;

/** GET a token for these scopes from the challenge's realm. Called with the lock held.
 * @param no_retry One attempt only. */
FP_CHECKED enum fp_code fp_token_fetch(struct fp_registry *registry, const struct fp_strv *scopes,
                                       bool no_retry, struct fp_token *ret, struct fp_error *err);
/** The token in the answer of a token server, and a new identity token for the registry where it
 * gives one. FP_E_INPUT: no JSON; FP_E_AUTH: no token that fp_token_is_clean(). */
FP_CHECKED enum fp_code fp_token_take_answer(struct fp_registry *registry,
                                             const struct fp_strv *scopes,
                                             const struct fp_http_response *response,
                                             struct fp_token *ret, struct fp_error *err);
void fp_token_clear(struct fp_token *token);
/** One that is kept and serves for these scopes; NULL: there is none. With the lock held, as the
 * other two. */
const struct fp_token *fp_token_find(const struct fp_registry *registry,
                                     const struct fp_strv *scopes);
/** Keep it, and let go of those that it covers. */
const struct fp_token *fp_token_keep(struct fp_registry *registry, const struct fp_token *token);
/** Let go of the one that this value of Authorization has. */
void fp_token_drop(struct fp_registry *registry, const char *authorization);
/** For how long a token with so much of its life left is used, so that no body is begun with less
 * than a minute; of short lives a third, and never so little that each request would renew it. */
int64_t fp_token_usable_s(int64_t left_s);
/** Whether it can go into a header. */
bool fp_token_is_clean(const char *text);

#endif
