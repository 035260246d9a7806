#include "internal.h"

/* A name with a registry in it says where the image is to go. */
static void push_steps(const char *name, struct fp_strv *ret)
{
    cleanup_reference struct fp_reference reference = {0};
    bool says_where = fp_reference_parse(name, &reference, NULL) == FP_OK && reference.registry;
    fp_strv_addf(ret, "flinkpack inspect %s", name);
    if (says_where)
        fp_strv_addf(ret, "flinkpack push %s", name);
    else
        fp_strv_addf(ret, "flinkpack push %s REGISTRY/%s", name, name);
}

void fp_build_next_steps(const struct fp_plan *plan, struct fp_strv *ret)
{
    const struct fp_plan_output *output = &plan->outputs[0];
    const char *name = output->names.len > 0 ? output->names.items[0] : NULL;
    if (plan->options->dry_run || name == NULL)
        return;
    switch (output->location.kind) {
    case FP_AT_STORE:
        push_steps(name, ret);
        break;
    case FP_AT_REGISTRY:
        fp_strv_addf(ret, "flinkpack inspect %s:%s", plan->title, name);
        break;
    case FP_AT_DOCKER_ARCHIVE:
        fp_strv_addf(ret, "docker load -i %s", output->location.path);
        break;
    case FP_AT_LAYOUT:
        fp_strv_addf(ret, "flinkpack inspect oci:%s:%s", output->location.path, name);
        break;
    case FP_AT_OCI_ARCHIVE:
        fp_strv_addf(ret, "flinkpack inspect oci-archive:%s", output->location.path);
        break;
    case FP_AT_ROOTFS:
        break;
    }
}
