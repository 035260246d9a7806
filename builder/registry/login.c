/* Checks whether a registry accepts credentials. */
#include "answer.h"
#include "send.h"

#include <string.h>

static enum fp_code judge(struct fp_registry *registry, const struct fp_http_response *response,
                          struct fp_error *err)
{
    if (response->status == 200)
        return FP_OK;
    if (response->status != 401 && response->status != 403)
        return fp_registry_refusal(registry, "GET", response, err);
    cleanup_free char *words = fp_registry_words(registry, response);
    return fp_hinted(fp_fail(err, FP_E_AUTH, "%s refuses this user name and password: %d %s",
                             registry->host, response->status, words),
                     err, "many registries want a token in place of the password");
}

enum fp_code fp_registry_check_login(const struct fp_registry_options *options, const char *host,
                                     bool *ret_asked_for, struct fp_error *err)
{
    cleanup_registry struct fp_registry *registry = NULL;
    cleanup_strv struct fp_strv scopes = {0};
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    char none[] = "-";
    cleanup_free char *registry_host = fp_xstrdup(host);
    const struct fp_reference reference = {.registry = registry_host, .repository = none};
    FP_TRY(fp_registry_open(options, &reference, &registry, err));
    free(registry->name);
    registry->name = fp_xstrdup(registry->host);
    enum fp_code code = fp_registry_prepare(registry, err);
    *ret_asked_for = code == FP_OK && registry->challenge.scheme != FP_CHALLENGE_NONE;
    if (code != FP_OK || !*ret_asked_for)
        return code;
    struct fp_http_request request = {
        .method = "GET", .url = "/v2/", .max_redirects = FP_REGISTRY_MAX_REDIRECTS};
    code = fp_registry_send(registry, &request, &scopes, &response, err);
    if (code == FP_E_AUTH)
        fp_hint(err, "are user name and password right? Many registries want a token in place of "
                     "the password");
    return code != FP_OK ? code : judge(registry, &response, err);
}
