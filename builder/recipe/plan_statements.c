/* --sbom and --provenance: what is said of the image when it is made. */
#include "plan_parts.h"

#include <stdlib.h>
#include <string.h>

static enum fp_code fail_format(const char *text, struct fp_error *err)
{
    return fp_hinted(fp_fail(err, FP_E_USAGE, "--sbom '%s': no format of that name", text), err,
                     "cyclonedx or spdx; with a file: --sbom cyclonedx=FILE");
}

/* With several platforms each needs a file of its own. */
static enum fp_code check_file(const struct fp_plan *plan, const char *file, struct fp_error *err)
{
    for (size_t i = 1; i < plan->platform_count; i++) {
        cleanup_free char *first = fp_plan_for_platform(file, &plan->platforms[0]);
        cleanup_free char *other = fp_plan_for_platform(file, &plan->platforms[i]);
        if (strcmp(first, other) == 0)
            return fp_hinted(fp_fail(err, FP_E_USAGE, "--sbom: %s would be written twice", file),
                             err, "with several platforms: --sbom cyclonedx=sbom-{arch}.json");
    }
    return FP_OK;
}

static enum fp_code add_sbom(struct fp_plan *plan, const char *text, struct fp_error *err)
{
    const char *equals = strchr(text, '=');
    cleanup_free char *name =
        fp_xstrndup(text, equals != NULL ? (size_t) (equals - text) : strlen(text));
    struct fp_plan_sbom sbom = {0};
    if (!fp_sbom_format_parse(name, &sbom.format))
        return fail_format(text, err);
    if (equals != NULL && equals[1] == '\0')
        return fp_fail(err, FP_E_USAGE, "--sbom '%s': no file is named", text);
    if (equals != NULL)
        FP_TRY(check_file(plan, equals + 1, err));
    sbom.file = equals != NULL ? fp_xstrdup(equals + 1) : NULL;
    plan->sboms = fp_xreallocarray(plan->sboms, plan->sbom_count + 1, sizeof(*plan->sboms));
    plan->sboms[plan->sbom_count++] = sbom;
    return FP_OK;
}

enum fp_code fp_plan_statements(struct fp_plan *plan, const struct fp_build_options *options,
                                struct fp_error *err)
{
    for (size_t i = 0; i < options->sboms.len; i++)
        FP_TRY(add_sbom(plan, options->sboms.items[i], err));
    plan->provenance = options->provenance || options->provenance_file != NULL;
    plan->provenance_file = fp_plan_copy(options->provenance_file);
    plan->builder_id = fp_plan_copy(options->builder_id);
    plan->build_url = fp_plan_copy(options->build_url);
    return FP_OK;
}
