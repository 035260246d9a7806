/* --check, --allow: how the job is judged. */
#include "plan_parts.h"

#include <string.h>

static enum fp_code fail_name(const char *name, struct fp_error *err)
{
    const char *about = NULL;
    struct fp_suggestion suggestion = fp_suggestion_for(name);
    enum fp_code code = fp_fail(err, FP_E_USAGE, "--allow '%s': no finding has that name", name);
    for (size_t i = 0; fp_finding_name_at(i, &about) != NULL; i++)
        fp_suggestion_consider(&suggestion, fp_finding_name_at(i, &about));
    if (suggestion.best != NULL)
        return fp_hinted(code, err, "--allow %s", suggestion.best);
    return fp_hinted(code, err, "'flinkpack check --help' lists the names");
}

enum fp_code fp_plan_check(struct fp_plan *plan, const struct fp_build_options *options,
                           struct fp_error *err)
{
    const char *mode = options->check != NULL ? options->check : "warn";
    struct fp_plan_check *check = &plan->check;
    check->mode = strcmp(mode, "off") == 0      ? FP_CHECK_OFF
                  : strcmp(mode, "strict") == 0 ? FP_CHECK_STRICT
                                                : FP_CHECK_WARN;
    check->is_all = options->judges_only;
    for (size_t i = 0; i < options->allow.len; i++) {
        const char *name = options->allow.items[i];
        if (fp_finding_name(name) == NULL)
            return fail_name(name, err);
        if (!fp_strv_has(&check->allowed, name))
            fp_strv_add(&check->allowed, name);
    }
    fp_strv_sort(&check->allowed);
    return FP_OK;
}
