/* Keeps tokens, and decides how long they are used. */
#include "connection.h"

#include <string.h>

#define MAX_MARGIN_S 60
#define MIN_USABLE_S 5

/* A token becomes a part of a header, so no character in it may end the header. */
bool fp_token_is_clean(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if ((unsigned char) *p <= 0x20 || (unsigned char) *p >= 0x7f)
            return false;
    }
    return *text != '\0';
}

int64_t fp_token_usable_s(int64_t left_s)
{
    int64_t usable_s = left_s - MAX_MARGIN_S > left_s / 3 ? left_s - MAX_MARGIN_S : left_s / 3;
    return usable_s > MIN_USABLE_S ? usable_s : MIN_USABLE_S;
}

void fp_token_clear(struct fp_token *token)
{
    fp_strv_clear(&token->scopes);
    fp_free_secret(token->value);
    *token = (struct fp_token){0};
}

const struct fp_token *fp_token_find(const struct fp_registry *registry,
                                     const struct fp_strv *scopes)
{
    int64_t now_ms = fp_now_ms();
    for (size_t i = 0; i < registry->token_len; i++) {
        const struct fp_token *token = &registry->tokens[i];
        if (token->renew_ms > now_ms && fp_scope_covers(&token->scopes, scopes))
            return token;
    }
    return NULL;
}

static void drop_token(struct fp_registry *registry, size_t index)
{
    fp_token_clear(&registry->tokens[index]);
    registry->token_len--;
    memmove(&registry->tokens[index], &registry->tokens[index + 1],
            (registry->token_len - index) * sizeof(registry->tokens[0]));
}

/* Tokens that the new one covers are no longer needed. */
const struct fp_token *fp_token_keep(struct fp_registry *registry, const struct fp_token *token)
{
    for (size_t i = registry->token_len; i > 0; i--) {
        if (fp_scope_covers(&token->scopes, &registry->tokens[i - 1].scopes))
            drop_token(registry, i - 1);
    }
    if (registry->token_len == FP_REGISTRY_MAX_TOKENS)
        drop_token(registry, 0);
    registry->tokens[registry->token_len] = *token;
    return &registry->tokens[registry->token_len++];
}

/* Called with the lock held. Another thread may have renewed the token meanwhile: then there is
 * nothing to drop, and the new one is used. */
void fp_token_drop(struct fp_registry *registry, const char *authorization)
{
    static const char prefix[] = "Bearer ";
    if (strncmp(authorization, prefix, strlen(prefix)) != 0)
        return;
    for (size_t i = 0; i < registry->token_len; i++) {
        if (strcmp(registry->tokens[i].value, authorization + strlen(prefix)) == 0) {
            drop_token(registry, i);
            return;
        }
    }
}
