/* A check whether a base without apk has the packages that were asked for. */
#include "layers.h"

#include <string.h>

#define STATUS_MAX_BYTES ((size_t) 16 << 20)

/* The names of Alpine's packages in other distributions. */
static const struct alias {
    const char *name;
    const char *rpm;       /* Red Hat's and SUSE's name */
    const char *debian[3]; /* names there; messages use the first */
    const char *files[4];  /* one of them is sufficient */
} aliases[] = {
    {"bash", "bash", {"bash"}, {"bin/bash", "usr/bin/bash"}},
    {"snappy",
     "snappy",
     {"libsnappy1v5", "libsnappy1"},
     {"usr/lib/x86_64-linux-gnu/libsnappy.so.1", "usr/lib/aarch64-linux-gnu/libsnappy.so.1",
      "usr/lib64/libsnappy.so.1"}},
    {"python3", "python3", {"python3"}, {"usr/bin/python3", "usr/local/bin/python3"}},
    {"tzdata", "tzdata", {"tzdata"}, {"usr/share/zoneinfo/UTC"}},
};

static const struct alias *find_alias(const char *name)
{
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (strcmp(aliases[i].name, name) == 0)
            return &aliases[i];
    }
    return NULL;
}

/* Whether dpkg's status has "Package: NAME" with "Status: install ok installed". */
static bool status_has(const char *status, const char *name)
{
    cleanup_free char *line = fp_xasprintf("Package: %s\n", name);
    for (const char *at = strstr(status, line); at != NULL; at = strstr(at + 1, line)) {
        const char *end = strstr(at, "\n\n");
        const char *state = strstr(at, "\nStatus: ");
        if ((at == status || at[-1] == '\n') && state != NULL && (end == NULL || state < end))
            return strncmp(state, "\nStatus: install ok installed",
                           strlen("\nStatus: install ok installed")) == 0;
    }
    return false;
}

static bool has_path(const struct fp_base_image *base, const char *folder, const char *name)
{
    cleanup_free char *path = fp_path_join(folder, name);
    return fp_tree_resolve(base->facts.tree, path) != NULL;
}

static bool is_present(const struct fp_base_image *base, const char *status, const char *name)
{
    const struct alias *alias = find_alias(name);
    /* These packages replace glibc, which such bases have. */
    if (strcmp(name, "libc6-compat") == 0 || strcmp(name, "gcompat") == 0)
        return true;
    for (size_t i = 0; alias != NULL && i < 4 && alias->files[i] != NULL; i++) {
        if (fp_tree_resolve(base->facts.tree, alias->files[i]) != NULL)
            return true;
    }
    for (size_t i = 0; alias != NULL && i < 3 && alias->debian[i] != NULL; i++) {
        if (status_has(status, alias->debian[i]))
            return true;
    }
    /* Images without dpkg ("distroless") have status.d instead. */
    return status_has(status, name) || has_path(base, "var/lib/dpkg/status.d", name) ||
           has_path(base, "usr/bin", name);
}

static enum fp_code missing(const struct fp_base_image *base, const char *base_name,
                            const char *name, struct fp_error *err)
{
    const struct alias *alias = find_alias(name);
    /* The rpm database is not read, so packages are recognised by their files. */
    bool rpm = has_path(base, "var/lib", "rpm") || has_path(base, "usr/lib/sysimage", "rpm");
    const char *os = base->facts.os_name != NULL ? base->facts.os_name : "another system";
    const char *there = name;
    if (alias != NULL)
        there = rpm ? alias->rpm : alias->debian[0];
    return fp_hinted(
        fp_fail(err, FP_E_INPUT,
                "%s has no %s%s, and packages are added to Alpine bases only; this is %s",
                base_name, name, rpm && alias == NULL ? " in /usr/bin" : "", os),
        err, "choose a base that has it (there its package is %s), or an Alpine one", there);
}

enum fp_code fp_packages_present(const struct fp_plan *plan, const struct fp_base_image *base,
                                 const char *base_name, struct fp_error *err)
{
    const struct fp_strv *asked = &plan->packages.names;
    cleanup_buf struct fp_buf status = FP_BUF_INIT(STATUS_MAX_BYTES);
    if (asked->len == 0 && !plan->with_python3)
        return FP_OK;
    enum fp_code code = fp_base_image_read(base, "var/lib/dpkg/status", &status, err);
    if (code != FP_OK && code != FP_E_NOT_FOUND)
        return code;
    if (plan->with_python3 && !is_present(base, fp_buf_text(&status), "python3"))
        return missing(base, base_name, "python3", err);
    for (size_t i = 0; i < asked->len; i++) {
        if (!is_present(base, fp_buf_text(&status), asked->items[i]))
            return missing(base, base_name, asked->items[i], err);
        fp_report(plan->context->reporter, FP_EVENT_INFO, "%s: already provided by the base",
                  asked->items[i]);
    }
    return FP_OK;
}
