/* What is known of Flink in an image that gets another base, and checks whether they go together.
 */
#include "rebase.h"

#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "known_image.h"

/* Its settings are those of the set-up. */
static void take_conf(const struct fp_rebase_setup *setup, struct fp_flink *flink)
{
    struct fp_distribution *dist = &flink->dist;
    if (setup->conf == NULL)
        return;
    dist->files = fp_xcalloc(1, sizeof(*dist->files));
    dist->file_count = 1;
    dist->files[0] =
        (struct fp_dist_file){.path = fp_xasprintf("conf/%s", flink->traits->config_file),
                              .data = fp_xstrndup(setup->conf, setup->conf_len),
                              .len = setup->conf_len};
}

void fp_rebase_flink(const struct fp_rebase_source *source, struct fp_flink *ret)
{
    const struct fp_rebase_setup *setup = &source->images[0].setup;
    const json_t *config = json_object_get(source->images[0].image.config.document, "config");
    const char *scala =
        fp_json_string(json_object_get(config, "Labels"), "flinkpack.scala-version");
    ret->version = source->version;
    ret->traits = fp_flink_traits(&ret->version);
    ret->home = fp_xstrdup(FP_FLINK_HOME);
    ret->has_dist = true;
    ret->dist = (struct fp_distribution){.version = ret->version,
                                         .scala_version = scala != NULL ? fp_xstrdup(scala) : NULL,
                                         .top = fp_xstrdup(setup->top),
                                         .tree = fp_tree_new(),
                                         .newest_mtime_s = setup->mtime_s};
    take_conf(setup, ret);
}

bool fp_rebase_fits_better(const struct fp_rebase_image *old, const struct fp_base_facts *facts)
{
    cleanup_json json_t *label = fp_known_label(&old->image.config);
    const json_t *base = json_array_get(json_object_get(label, "bases"), 0);
    __attribute__((cleanup(fp_base_facts_clear))) struct fp_base_facts then = {0};
    return fp_base_facts_parse(json_object_get(base, "facts"), "the image", &then, NULL) == FP_OK &&
           then.musl == facts->musl && then.java <= facts->java;
}

enum fp_code fp_rebase_check(const struct fp_rebase_source *source, const struct fp_plan *plan,
                             const struct fp_flink *flink, const struct fp_bases *bases,
                             struct fp_error *err)
{
    struct fp_check check = {
        .plan = plan, .version = &flink->version, .flink = flink, .bases = bases};
    FP_TRY(fp_check_bases(plan, &flink->version, bases, err));
    for (size_t i = 0; i < bases->count; i++) {
        check.base = &bases->images[i];
        FP_TRY(fp_check_natives(&check, err));
    }
    if (!fp_rebase_fits_better(&source->images[0], &bases->images[0].facts))
        fp_report(
            plan->context->reporter, FP_EVENT_INFO,
            "the jars in %s are not read: whether they run on %s (Java %u, %s) is not checked",
            source->title, bases->name, bases->images[0].facts.java,
            bases->images[0].facts.musl ? "musl" : "glibc");
    return fp_check_allocator(&check, err);
}
