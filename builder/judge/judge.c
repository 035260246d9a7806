/* The judge: a table of judges, each of which looks for findings of one kind. */
#include "judge.h"

/* The judges, in the order in which they look; each has a file of its own. */
static fp_judge_row *const JUDGES[] = {
    fp_judge_references,    fp_judge_missing_classes,
    fp_judge_conf,          fp_judge_services,
    fp_judge_connectors,    fp_judge_filesystems,
    fp_judge_state_backend, fp_judge_entry,
    fp_judge_java,          fp_judge_bundled,
    fp_judge_twice,         fp_judge_scala,
    fp_judge_clash,         NULL,
};

enum fp_code fp_judge(const struct fp_judge_input *input, struct fp_findings *ret,
                      struct fp_error *err)
{
    for (size_t i = 0; JUDGES[i] != NULL; i++)
        FP_TRY(JUDGES[i](input, ret, err));
    fp_findings_sort(ret);
    return FP_OK;
}
