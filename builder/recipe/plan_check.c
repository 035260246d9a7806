/* --check, --allow: how the job is judged. */
#include "plan_parts.h"

#include <string.h>

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
        FP_TRY(fp_finding_check_name(name, "--allow", err));
        if (!fp_strv_has(&check->allowed, name))
            fp_strv_add(&check->allowed, name);
    }
    fp_strv_sort(&check->allowed);
    return FP_OK;
}
