/*
 * The output of a credential helper: it gives the right credentials, or none if the helper has
 * none, and messages never contain a secret.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "registry/credential.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool is_text(const char *found, const char *expected)
{
    return found != NULL && strcmp(found, expected) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_credential struct fp_credential found = {0};
    cleanup_json json_t *answer = NULL;
    struct fp_error err = {0};
    enum fp_code code = fp_helper_parse((const char *) data, size, "fuzz", &found, &err);
    bool is_json = fp_json_parse((const char *) data, size, "fuzz", &answer, NULL) == FP_OK;
    const char *username = is_json ? fp_json_string(answer, "Username") : NULL;
    const char *secret = is_json ? fp_json_string(answer, "Secret") : NULL;
    if (username == NULL || secret == NULL) {
        require(code == FP_E_INPUT && err.text[0] != '\0' && !fp_credential_is_set(&found));
        require(secret == NULL || strlen(secret) < 12 || strstr(err.text, secret) == NULL);
        return 0;
    }
    bool is_token = strcmp(username, "<token>") == 0;
    require(code == FP_OK && found.registry_token == NULL);
    if (*secret == '\0' && (is_token || *username == '\0'))
        require(!fp_credential_is_set(&found));
    else if (is_token)
        require(is_text(found.identity_token, secret) && found.username == NULL);
    else
        require(is_text(found.username, username) && is_text(found.password, secret));
    return 0;
}
