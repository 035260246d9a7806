/* WWW-Authenticate headers, and the scopes in them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "registry/challenge.h"
#include "registry/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_challenge struct fp_challenge challenge = {0};
    cleanup_strv struct fp_strv scopes = {0};
    cleanup_strv struct fp_strv parts = {0};
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    if (!fp_challenge_parse(text, &challenge))
        return 0;
    if (challenge.scheme == FP_CHALLENGE_NONE ||
        (challenge.scheme == FP_CHALLENGE_BEARER && challenge.realm == NULL))
        abort();
    if (challenge.scope != NULL)
        fp_strv_split(&parts, challenge.scope, ' ');
    for (size_t i = 0; i < parts.len; i++)
        fp_scope_add(&scopes, parts.items[i]);
    if (scopes.len > 16 || !fp_scope_covers(&scopes, &scopes))
        abort();
    for (size_t i = 0; i < scopes.len; i++) {
        if (strpbrk(scopes.items[i], " \r\n\"") != NULL)
            abort();
    }
    return 0;
}
