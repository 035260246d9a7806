/* --package and the sources of packages: repositories, keys, a mirror. */
#include "flinkpack/alpine.h"

#include "plan_parts.h"

#include <string.h>
#include <unistd.h>

/* Check the requests, because they go to the image's /etc/apk/world, and apk rejects the whole file
 * if it has an invalid line. */
static enum fp_code check_requests(const struct fp_strv *requests, struct fp_error *err)
{
    for (size_t i = 0; i < requests->len; i++) {
        if (fp_apk_request_check(requests->items[i], err) != FP_OK)
            return fp_context(FP_E_USAGE, err, "--package '%s'", requests->items[i]);
    }
    return FP_OK;
}

static bool is_url(const char *text)
{
    return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

/* Check a URL with a user and password, which plain HTTP would send unencrypted. */
static enum fp_code check_user(struct fp_reporter *reporter, const char *option, const char *url,
                               struct fp_error *err)
{
    cleanup_free char *bare = NULL;
    cleanup_free char *authorization = NULL;
    FP_TRY(fp_context(fp_url_split_user(url, &bare, &authorization, err), err, "%s", option));
    if (authorization != NULL && fp_http_check_plain(NULL, bare, NULL) != FP_OK)
        fp_report(reporter, FP_EVENT_WARNING,
                  "%s %s: its password goes over plain HTTP, where others can read it", option,
                  bare);
    return FP_OK;
}

static enum fp_code check_mirror(struct fp_reporter *reporter, const char *url,
                                 struct fp_error *err)
{
    if (url == NULL || is_url(url))
        return url != NULL ? check_user(reporter, "--apk-mirror", url, err) : FP_OK;
    cleanup_free char *shown = fp_url_display(url);
    return fp_fail(err, FP_E_USAGE, "--apk-mirror '%s': expected an http or https URL", shown);
}

/* Check a repository, local or remote. A line that would be ignored in a file is an error here. */
static enum fp_code check_repository(struct fp_reporter *reporter, const char *line,
                                     struct fp_error *err)
{
    __attribute__((cleanup(fp_apk_repositories_clear))) struct fp_apk_repositories found = {0};
    fp_apk_repositories_read(
        &(struct fp_apk_repositories_source){
            .text = line, .name = "--repository", .arch = "x86_64", .is_here = true},
        &found);
    if (found.passed.len > 0 || found.urls.len == 0)
        return fp_fail(err, FP_E_USAGE, "%s",
                       found.passed.len > 0 ? found.passed.items[0] : "--repository names none");
    for (size_t i = 0; i < found.urls.len; i++) {
        const char *url = found.urls.items[i];
        if (url[0] != '/')
            FP_TRY(check_user(reporter, "--repository", url, err));
        else if (strstr(line, "${") == NULL && access(url, F_OK) != 0)
            return fp_fail_errno(err, FP_E_IO, "--repository %s", url);
    }
    return FP_OK;
}

enum fp_code fp_plan_packages(struct fp_plan *plan, const struct fp_build_options *options,
                              struct fp_error *err)
{
    struct fp_reporter *reporter = plan->context->reporter;
    FP_TRY(check_requests(&options->packages, err));
    for (size_t i = 0; i < options->repositories.len; i++)
        FP_TRY(check_repository(reporter, options->repositories.items[i], err));
    FP_TRY(check_mirror(reporter, options->apk_mirror, err));
    cleanup_apk_keys struct fp_apk_keys *keys = fp_apk_keys_new();
    FP_TRY(fp_context(fp_apk_keys_read(keys, &options->keys, err), err, "--key"));
    /* Their order does not count. */
    fp_strv_add_all(&plan->packages.names, &options->packages);
    fp_strv_sort(&plan->packages.names);
    fp_strv_add_all(&plan->packages.repositories, &options->repositories);
    fp_strv_add_all(&plan->packages.keys, &options->keys);
    plan->packages.mirror = fp_plan_copy(options->apk_mirror);
    plan->packages.strict = options->strict;
    plan->with_python3 = options->with_python3;
    plan->allow_musl_natives = options->allow_musl_natives;
    return FP_OK;
}
