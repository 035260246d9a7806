/* login and logout: these ask for credentials, check, store and delete them. */
#include <string.h>
#include <unistd.h>

#include "secret.h"
#include "session.h"

static enum fp_code take_password(const struct fp_args *args, const char *host, char **ret,
                                  struct fp_error *err)
{
    if (args->password_stdin)
        return fp_secret_read(STDIN_FILENO, ret, err);
    cleanup_free char *prompt = fp_xasprintf("Password of %s at %s: ", args->username, host);
    return fp_secret_ask(prompt, "give --password-stdin", ret, err);
}

/* Refused credentials are not stored, because they would make every later command fail. */
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
    cleanup_secret char *password = NULL;
    if (args->username == NULL)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "login: expected --username NAME"), err,
                         "flinkpack login %s --username NAME --password-stdin < FILE",
                         run->operands.items[0]);
    if (strchr(args->username, ':') != NULL)
        return fp_fail(err, FP_E_USAGE, "--username: a name cannot contain ':'");
    FP_TRY(fp_registry_host_of(run->operands.items[0], &host, err));
    FP_TRY(fp_credentials_can_store(args->authfile, err));
    FP_TRY(take_password(args, host, &password, err));
    FP_TRY(check(run, host, password, err));
    const struct fp_credentials_options credentials = {
        .username = args->username, .password = password, .authfile = args->authfile};
    return fp_credentials_store(&credentials, host, run->reporter, err);
}

enum fp_code fp_run_logout(struct fp_run *run, struct fp_error *err)
{
    cleanup_free char *host = NULL;
    bool any = false;
    FP_TRY(fp_registry_host_of(run->operands.items[0], &host, err));
    FP_TRY(fp_credentials_erase(run->args.authfile, host, &any, err));
    fp_report(run->reporter, FP_EVENT_INFO,
              any ? "credentials for %s are forgotten" : "there were no credentials for %s", host);
    return FP_OK;
}
