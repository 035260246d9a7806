/* Credentials in docker-credential-NAME programs (docker/docker-credential-helpers), which are
 * started without a shell: get, store, erase. */
#include "credential.h"

#include <string.h>

#define TIMEOUT_MS 30000
#define MAX_OUTPUT ((size_t) 65536)
#define HIDDEN     "; what it printed may be secret and is not shown"
/* The message of docker-credential-helpers if there are no credentials. */
#define NOT_FOUND "credentials not found"

static bool is_safe_name(const char *name)
{
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return len > 0 && name[len] == '\0' && len <= 64;
}

/* One run of such a program. */
struct helper_run {
    char *program;
    struct fp_buf output; /* may be secret */
    int status;           /* its exit status */
};

static void helper_run_clear(struct helper_run *run)
{
    free(run->program);
    fp_buf_wipe(&run->output);
}
#define cleanup_helper_run __attribute__((cleanup(helper_run_clear)))
#define HELPER_RUN_INIT                                                                            \
    {                                                                                              \
        .output = FP_BUF_INIT(MAX_OUTPUT)                                                          \
    }

/* Run a helper; its exit status is not an error. An invalid name counts as a missing program. */
static enum fp_code run_helper(const char *name, const char *source, const char *verb,
                               const char *input, struct helper_run *run, struct fp_error *err)
{
    if (!is_safe_name(name))
        return fp_fail(err, FP_E_INPUT, "%s: \"%.60s\" is no name of a credential helper", source,
                       name);
    run->program = fp_xasprintf("docker-credential-%s", name);
    const char *const argv[] = {run->program, verb, NULL};
    return fp_process_run(argv, input, strlen(input), TIMEOUT_MS, &run->output, &run->status, err);
}

/* The message of a helper that failed. The caller owns it. */
static char *failure_of(const struct helper_run *run)
{
    cleanup_free char *said = fp_helper_words(fp_buf_text(&run->output), run->output.len);
    if (*said != '\0')
        return steal_pointer(&said);
    return fp_xasprintf("it ended with status %d%s", run->status,
                        run->output.len > 0 ? HIDDEN : "");
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
        return FP_OK; /* some report in this way that they have none */
    if (is_token) {
        ret->identity_token = fp_xstrdup(secret);
        return FP_OK;
    }
    ret->username = fp_xstrdup(username);
    ret->password = fp_xstrdup(secret);
    return FP_OK;
}

/* Work that needs no credentials goes on; work that needs them can report why there are none. */
static void warn_of_failure(const struct fp_credential_query *query, const char *program,
                            const char *source, const char *why, struct fp_credential *ret)
{
    free(ret->problem);
    ret->problem = fp_xasprintf("%s (named in %s) gave no credentials for %s: %s", program, source,
                                query->registry, why);
    fp_report(query->reporter, FP_EVENT_WARNING, "%s; going on without", ret->problem);
}

/* Parse the output. Returns why there are no credentials, in words that the caller owns; NULL if
 * there are some, or if the helper says that it has none. */
static char *take_output(const struct helper_run *run, const char *key, struct fp_credential *ret,
                         struct fp_error *err)
{
    if (run->status == 0) {
        enum fp_code code =
            fp_helper_parse(fp_buf_text(&run->output), run->output.len, run->program, ret, err);
        return code == FP_OK ? NULL : fp_xstrdup("its answer is no {Username, Secret}");
    }
    cleanup_free char *why = failure_of(run);
    if (strstr(why, NOT_FOUND) != NULL)
        return NULL;
    if (!fp_text_ends_with(why, HIDDEN))
        return steal_pointer(&why);
    return fp_xasprintf("%s (echo %s | %s get)", why, key, run->program);
}

enum fp_code fp_helper_get(const char *name, const char *source,
                           const struct fp_credential_query *query, struct fp_credential *ret,
                           struct fp_error *err)
{
    cleanup_helper_run struct helper_run run = HELPER_RUN_INIT;
    const char *key = fp_credential_key(query->registry);
    cleanup_free char *why = NULL;
    enum fp_code code = run_helper(name, source, "get", key, &run, err);
    if (run.program == NULL || code == FP_E_INTERRUPTED)
        return code;
    if (code == FP_E_NOT_FOUND)
        why = fp_xstrdup("there is no such program on PATH");
    else if (code != FP_OK)
        why = fp_xstrdup(err != NULL ? err->text : "it failed");
    else
        why = take_output(&run, key, ret, err);
    if (why != NULL)
        warn_of_failure(query, run.program, source, why, ret);
    else if (fp_credential_is_set(ret))
        ret->source = fp_xasprintf("%s (named in %s)", run.program, source);
    return FP_OK;
}

/* Have a helper store or erase credentials; FP_E_AUTH if it refuses. */
static enum fp_code change(const char *name, const char *source, const char *verb,
                           const char *input, struct fp_error *err)
{
    cleanup_helper_run struct helper_run run = HELPER_RUN_INIT;
    enum fp_code code = run_helper(name, source, verb, input, &run, err);
    if (code == FP_E_NOT_FOUND)
        return fp_hinted(code, err, "install it, add its folder to PATH, or take it out of %s",
                         source);
    if (code != FP_OK || run.status == 0)
        return code;
    cleanup_free char *why = failure_of(&run);
    return fp_hinted(fp_fail(err, FP_E_AUTH, "%s %s: %s", run.program, verb, why), err,
                     "mend that helper, or take it out of %s", source);
}

enum fp_code fp_helper_store(const char *name, const char *source, const char *key,
                             const char *username, const char *password, struct fp_error *err)
{
    cleanup_json json_t *entry =
        json_pack("{s:s, s:s, s:s}", "ServerURL", key, "Username", username, "Secret", password);
    cleanup_secret char *text = entry != NULL ? json_dumps(entry, JSON_COMPACT) : NULL;
    if (text == NULL)
        return fp_fail(err, FP_E_USAGE, "name or password are not valid UTF-8");
    return change(name, source, "store", text, err);
}

enum fp_code fp_helper_erase(const char *name, const char *source, const char *key, bool *ret_any,
                             struct fp_error *err)
{
    struct fp_error failure = {0};
    enum fp_code code = change(name, source, "erase", key, &failure);
    *ret_any = code == FP_OK;
    if (code == FP_E_AUTH && strstr(failure.text, NOT_FOUND) != NULL)
        return FP_OK;
    if (code != FP_OK && err != NULL)
        *err = failure;
    return code;
}
