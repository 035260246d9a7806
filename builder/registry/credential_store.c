/* Stores and erases the credentials of a registry for login and logout. */
#include "auth_file.h"

enum fp_code fp_credentials_can_store(const char *authfile, struct fp_error *err)
{
    cleanup_auth_file struct fp_auth_file file = {0};
    return fp_auth_file_read(authfile, &file, err);
}

enum fp_code fp_credentials_store(const struct fp_credentials_options *credentials,
                                  const char *host, struct fp_reporter *reporter,
                                  struct fp_error *err)
{
    cleanup_auth_file struct fp_auth_file file = {0};
    cleanup_free char *where = NULL;
    FP_TRY(fp_auth_file_lock(credentials->authfile, &file, err));
    FP_TRY(
        fp_auth_file_store(&file, host, credentials->username, credentials->password, &where, err));
    fp_report(reporter, FP_EVENT_INFO, "credentials for %s are kept in %s", host, where);
    const char *narrower = fp_auth_file_narrower(&file, host);
    if (narrower != NULL)
        fp_report(reporter, FP_EVENT_WARNING,
                  "%s has credentials of its own for %s, and these go first there", file.path,
                  narrower);
    if (credentials->authfile == NULL && fp_auth_variable_has(host))
        fp_report(reporter, FP_EVENT_WARNING,
                  "DOCKER_AUTH_CONFIG has credentials for %s too, and is asked before them", host);
    return FP_OK;
}

enum fp_code fp_credentials_erase(const char *authfile, const char *host, bool *ret_any,
                                  struct fp_error *err)
{
    cleanup_auth_file struct fp_auth_file file = {0};
    FP_TRY(fp_auth_file_read(authfile, &file, err));
    /* If the file is empty, no lock file is made. */
    if (json_object_size(file.document) > 0) {
        fp_auth_file_clear(&file);
        FP_TRY(fp_auth_file_lock(authfile, &file, err));
    }
    return fp_auth_file_erase(&file, host, ret_any, err);
}
