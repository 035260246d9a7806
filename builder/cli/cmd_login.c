/* login and logout: credentials are asked for, checked, and handed to who keeps them. */
#include <string.h>

#include "auth_file.h"
#include "secret.h"
#include "session.h"

/* Secrets are wiped before their memory is given back. */
static void wipe(char **secret)
{
    if (*secret != NULL)
        explicit_bzero(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}
#define cleanup_secret __attribute__((cleanup(wipe)))

/* HOST[:PORT], also written as "https://HOST/". The caller owns `*ret`. */
static enum fp_code host_of(const char *text, char **ret, struct fp_error *err)
{
    const char *host = strstr(text, "://") != NULL ? strstr(text, "://") + 3 : text;
    size_t len = strcspn(host, "/");
    cleanup_reference struct fp_reference reference = {0};
    cleanup_free char *name = fp_xstrndup(host, len);
    cleanup_free char *full = fp_xasprintf("%s/any", name);
    enum fp_code code = fp_reference_parse(full, &reference, err);
    if (code != FP_OK || reference.registry == NULL)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "'%s' is no registry", text), err,
                         "expected HOST[:PORT], such as registry.example.com");
    *ret = fp_xstrdup(reference.registry);
    return FP_OK;
}

static enum fp_code take_password(const struct fp_args *args, const char *host, char **ret,
                                  struct fp_error *err)
{
    if (args->password_stdin)
        return fp_secret_from_stdin(ret, err);
    cleanup_free char *prompt = fp_xasprintf("Password of %s at %s: ", args->username, host);
    return fp_secret_from_terminal(prompt, ret, err);
}

/* What the registry refuses is not kept: it would make every later command fail. */
static enum fp_code check(const struct fp_run *run, const char *host, const char *password,
                          struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    bool asked_for = false;
    if (run->args.offline)
        return FP_OK;
    FP_TRY(fp_session_open_remote(run, &session, err));
    struct fp_registry_options options = session.context.places.registry;
    options.credentials =
        (struct fp_credentials_options){.username = run->args.username, .password = password};
    enum fp_code code = fp_registry_check_login(&options, host, &asked_for, err);
    if (code == FP_OK && !asked_for)
        fp_report(run->reporter, FP_EVENT_WARNING,
                  "%s asks for no credentials, so that these were not checked", host);
    if (code == FP_E_NETWORK)
        fp_hint(err, "to keep them unchecked: --offline");
    return code;
}

enum fp_code fp_run_login(struct fp_run *run, struct fp_error *err)
{
    const struct fp_args *args = &run->args;
    cleanup_free char *host = NULL;
    cleanup_free char *where = NULL;
    cleanup_secret char *password = NULL;
    cleanup_auth_file struct fp_auth_file file = {0};
    if (args->username == NULL)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "login: expected --username NAME"), err,
                         "flinkpack login %s --username NAME --password-stdin < FILE",
                         run->operands.items[0]);
    if (strchr(args->username, ':') != NULL)
        return fp_fail(err, FP_E_USAGE, "--username: a name cannot contain ':'");
    enum fp_code code = host_of(run->operands.items[0], &host, err);
    if (code == FP_OK)
        code = fp_auth_file_read(args->authfile, &file, err);
    if (code == FP_OK)
        code = take_password(args, host, &password, err);
    if (code == FP_OK)
        code = check(run, host, password, err);
    /* Anew: what others have kept while the password was asked for and checked stays. */
    fp_auth_file_clear(&file);
    if (code == FP_OK)
        code = fp_auth_file_lock(args->authfile, &file, err);
    if (code == FP_OK)
        code = fp_auth_file_store(&file, host, args->username, password, &where, err);
    if (code == FP_OK)
        fp_report(run->reporter, FP_EVENT_INFO, "credentials for %s are kept in %s", host, where);
    const char *narrower = code == FP_OK ? fp_auth_file_narrower(&file, host) : NULL;
    if (narrower != NULL)
        fp_report(run->reporter, FP_EVENT_WARNING,
                  "%s has credentials of its own for %s, and these go first there", file.path,
                  narrower);
    if (code == FP_OK && args->authfile == NULL && fp_auth_variable_has(host))
        fp_report(run->reporter, FP_EVENT_WARNING,
                  "DOCKER_AUTH_CONFIG has credentials for %s too, and is asked before them", host);
    return code;
}

enum fp_code fp_run_logout(struct fp_run *run, struct fp_error *err)
{
    cleanup_free char *host = NULL;
    cleanup_auth_file struct fp_auth_file file = {0};
    bool any = false;
    enum fp_code code = host_of(run->operands.items[0], &host, err);
    if (code == FP_OK)
        code = fp_auth_file_read(run->args.authfile, &file, err);
    if (code == FP_OK && json_object_size(file.document) > 0) {
        fp_auth_file_clear(&file);
        code = fp_auth_file_lock(run->args.authfile, &file, err);
    }
    if (code == FP_OK)
        code = fp_auth_file_erase(&file, host, &any, err);
    if (code == FP_OK)
        fp_report(run->reporter, FP_EVENT_INFO,
                  any ? "credentials for %s are forgotten" : "there were no credentials for %s",
                  host);
    return code;
}
