/* --base and --platform: the base of the image, and its platforms. */
#include "flinkpack/alpine.h"
#include "flinkpack/base.h"

#include "plan_parts.h"

#include <string.h>

/* The name of the empty base of append. */
#define SCRATCH "scratch"

/* The most platforms of one build. */
#define PLATFORMS_MAX 32

bool fp_base_is_name(const char *text)
{
    return strpbrk(text, "/:@.") == NULL;
}

static bool has_platform(const struct fp_plan *plan, const struct fp_platform *platform)
{
    for (size_t i = 0; i < plan->platform_count; i++) {
        if (memcmp(&plan->platforms[i], platform, sizeof(*platform)) == 0)
            return true;
    }
    return false;
}

enum fp_code fp_plan_platforms(struct fp_plan *plan, const struct fp_build_options *options,
                               struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    for (size_t i = 0; i < options->platforms.len; i++)
        fp_strv_split(&names, options->platforms.items[i], ',');
    if (names.len == 0)
        fp_strv_add(&names, "linux/amd64");
    if (names.len > PLATFORMS_MAX)
        return fp_fail(err, FP_E_USAGE, "--platform: more than %d", PLATFORMS_MAX);
    plan->platforms = fp_xcalloc(names.len, sizeof(*plan->platforms));
    for (size_t i = 0; i < names.len; i++) {
        struct fp_platform platform;
        memset(&platform, 0, sizeof(platform));
        FP_TRY(fp_platform_parse(names.items[i], &platform, err));
        if (strcmp(platform.os, "linux") != 0)
            return fp_fail(err, FP_E_USAGE, "--platform %s/%s: images are made for linux",
                           platform.os, platform.architecture);
        if (!has_platform(plan, &platform))
            plan->platforms[plan->platform_count++] = platform;
    }
    return FP_OK;
}

/* Check the packages of an entry, which go to the image's /etc/apk/world like --package. */
static enum fp_code check_entry(const struct fp_plan *plan, struct fp_error *err)
{
    __attribute__((cleanup(fp_base_entry_clear))) struct fp_base_entry entry = {0};
    FP_TRY(fp_base_find(&plan->base_directories, plan->base, &entry, err));
    for (size_t i = 0; i < entry.packages.len; i++)
        FP_TRY(fp_context(fp_apk_request_check(entry.packages.items[i], err), err,
                          "%s: package '%s'", plan->base, entry.packages.items[i]));
    return FP_OK;
}

static enum fp_code check_image(const struct fp_plan *plan, struct fp_error *err)
{
    const char *option = plan->base_option;
    cleanup_location struct fp_location at = {0};
    FP_TRY(fp_context(fp_location_parse(plan->base, &at, err), err, "%s '%s'", option, plan->base));
    if (at.path != NULL && at.kind != FP_AT_STORE && !fp_path_exists(at.path))
        return fp_fail(err, FP_E_NOT_FOUND, "%s: '%s' does not exist", option, at.path);
    if (at.kind == FP_AT_ROOTFS && plan->platform_count > 1)
        return fp_fail(err, FP_E_USAGE, "%s '%s': a root file system is of one platform, not %zu",
                       option, plan->base, plan->platform_count);
    return FP_OK;
}

enum fp_code fp_plan_base(struct fp_plan *plan, const struct fp_build_options *options,
                          struct fp_error *err)
{
    if (plan->source == FP_FROM_IMAGE) {
        plan->base = fp_xstrdup(options->from_image);
        plan->base_option = options->judges_image ? "--image" : "--from-image";
        return check_image(plan, err);
    }
    if (plan->base_option == NULL)
        plan->base_option = "--base";
    bool is_none = plan->source == FP_FROM_NOTHING && options->base != NULL &&
                   strcmp(options->base, SCRATCH) == 0;
    if (options->base == NULL || is_none)
        return FP_OK;
    plan->base = fp_xstrdup(options->base);
    return fp_base_is_name(plan->base)
               ? fp_context(check_entry(plan, err), err, "%s", plan->base_option)
               : check_image(plan, err);
}
