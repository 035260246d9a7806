/* Command lines that a user may run after a build. */
#include "outputs.h"

/* A name with a registry needs no destination. */
static void push_step(const char *name, struct fp_strv *ret)
{
    cleanup_reference struct fp_reference reference = {0};
    bool is_full =
        fp_reference_parse(name, &reference, NULL) == FP_OK && reference.registry != NULL;
    fp_strv_addf(ret, "flinkpack push %s%s%s", name, is_full ? "" : " REGISTRY/",
                 is_full ? "" : name);
}

void fp_build_next_steps(const struct fp_plan *plan, struct fp_strv *ret)
{
    const struct fp_plan_output *output = &plan->outputs[0];
    const char *name = output->names.len > 0 ? output->names.items[0] : NULL;
    if (plan->dry_run || name == NULL)
        return;
    cleanup_free char *path =
        output->location.path != NULL ? fp_shell_word(output->location.path) : NULL;
    switch (output->location.kind) {
    case FP_AT_STORE:
        fp_strv_addf(ret, "flinkpack inspect %s", name);
        push_step(name, ret);
        break;
    case FP_AT_REGISTRY:
        fp_strv_addf(ret, "flinkpack inspect %s:%s", plan->title, name);
        break;
    case FP_AT_DOCKER_ARCHIVE:
        fp_strv_addf(ret, "docker load -i %s", path);
        break;
    case FP_AT_LAYOUT:
        fp_strv_addf(ret, "flinkpack inspect oci:%s:%s", path, name);
        break;
    case FP_AT_OCI_ARCHIVE:
        fp_strv_addf(ret, "flinkpack inspect oci-archive:%s", path);
        break;
    case FP_AT_ROOTFS:
        break;
    }
}
