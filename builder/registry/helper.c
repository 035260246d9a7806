/* docker-credential-NAME programs (docker/docker-credential-helpers): started without a shell. */
#include "credential.h"

#include <string.h>

#define TIMEOUT_MS 30000
#define MAX_OUTPUT ((size_t) 65536)

static bool is_safe_name(const char *name)
{
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return len > 0 && name[len] == '\0' && len <= 64;
}

static void wipe(struct fp_buf *output)
{
    if (output->data != NULL)
        explicit_bzero(output->data, output->len);
    fp_buf_clear(output);
}

enum fp_code fp_helper_parse(const char *text, size_t len, const char *name,
                             struct fp_credential *ret, struct fp_error *err)
{
    cleanup_json json_t *answer = NULL;
    FP_TRY(fp_json_parse(text, len, name, &answer, err));
    const char *username = NULL;
    const char *secret = NULL;
    FP_TRY(fp_json_need_string(answer, "Username", name, &username, err));
    FP_TRY(fp_json_need_string(answer, "Secret", name, &secret, err));
    bool is_token = strcmp(username, "<token>") == 0;
    if (*secret == '\0' && (is_token || *username == '\0'))
        return FP_OK; /* how some say that they have none */
    if (is_token) {
        ret->identity_token = fp_xstrdup(secret);
        return FP_OK;
    }
    ret->username = fp_xstrdup(username);
    ret->password = fp_xstrdup(secret);
    return FP_OK;
}

/* What needs no credentials goes on without; what does can say why there are none. */
static void warn_of_failure(const struct fp_credential_query *query, const char *program,
                            const char *source, const char *why, struct fp_credential *ret)
{
    free(ret->problem);
    ret->problem = fp_xasprintf("%s (named in %s) gave no credentials for %s: %s", program, source,
                                query->registry, why);
    fp_report(query->reporter, FP_EVENT_WARNING, "%s; going on without", ret->problem);
}

enum fp_code fp_helper_get(const char *name, const char *source,
                           const struct fp_credential_query *query, struct fp_credential *ret,
                           struct fp_error *err)
{
    if (!is_safe_name(name))
        return fp_fail(err, FP_E_INPUT, "%s: \"%.60s\" cannot be the name of a credential helper",
                       source, name);
    cleanup_free char *program = fp_xasprintf("docker-credential-%s", name);
    const char *const argv[] = {program, "get", NULL};
    const char *key = fp_credential_key(query->registry);
    struct fp_buf output = FP_BUF_INIT(MAX_OUTPUT);
    int status = 0;
    enum fp_code code = fp_process_run(argv, key, strlen(key), TIMEOUT_MS, &output, &status, err);
    if (code == FP_E_INTERRUPTED) {
        wipe(&output);
        return code;
    }
    if (code == FP_E_NOT_FOUND)
        warn_of_failure(query, program, source, "there is no such program on PATH", ret);
    else if (code != FP_OK)
        warn_of_failure(query, program, source, err != NULL ? err->text : "it failed", ret);
    else if (status != 0) {
        cleanup_free char *why = fp_helper_words(fp_buf_text(&output), output.len);
        cleanup_free char *hidden = fp_xasprintf(
            "; what it printed may be secret and is not shown (echo %s | %s get)", key, program);
        cleanup_free char *silent =
            fp_xasprintf("it ended with status %d%s", status, output.len > 0 ? hidden : "");
        if (strstr(why, "credentials not found") == NULL)
            warn_of_failure(query, program, source, *why != '\0' ? why : silent, ret);
    } else {
        code = fp_helper_parse(fp_buf_text(&output), output.len, program, ret, err);
        if (code != FP_OK)
            warn_of_failure(query, program, source, "its answer is no {Username, Secret}", ret);
        else if (fp_credential_is_set(ret))
            ret->source = fp_xasprintf("%s (named in %s)", program, source);
    }
    wipe(&output);
    return FP_OK;
}
