/* The layer of the operating-system packages that Flink needs or the user asked for. */
#include "draft.h"
#include "listener.h"

#include <string.h>

/* The names that apk uses for architectures. */
static const struct apk_arch {
    const char *architecture;
    const char *variant;
    const char *apk;
} arches[] = {
    {"amd64", NULL, "x86_64"},    {"arm64", NULL, "aarch64"}, {"386", NULL, "x86"},
    {"arm", "v6", "armhf"},       {"arm", NULL, "armv7"},     {"ppc64le", NULL, "ppc64le"},
    {"riscv64", NULL, "riscv64"}, {"s390x", NULL, "s390x"},
};

const char *fp_apk_arch(const struct fp_platform *platform)
{
    for (size_t i = 0; i < sizeof(arches) / sizeof(arches[0]); i++) {
        if (strcmp(arches[i].architecture, platform->architecture) == 0 &&
            (arches[i].variant == NULL || strcmp(arches[i].variant, platform->variant) == 0))
            return arches[i].apk;
    }
    return platform->architecture;
}

/* The packages in Flink's own Dockerfile for Alpine. */
static const char *const needed[] = {"bash", "snappy", "libc6-compat"};

bool fp_packages_is_asked(const struct fp_plan *plan, const char *name)
{
    const struct fp_strv *names = &plan->packages.names;
    for (size_t i = 0; i < names->len; i++) {
        struct fp_apk_dependency asked = {0};
        if (fp_apk_dependency_parse(fp_apk_text(names->items[i]), &asked, NULL) == FP_OK &&
            fp_apk_text_equal(asked.name, fp_apk_text(name)))
            return true;
    }
    return false;
}

/* Add a needed package once, unless it is installed or the user asks for it, maybe by version. */
static void add_needed(const struct fp_plan *plan, const char *name, bool is_there,
                       struct fp_strv *ret)
{
    if (!is_there && !fp_packages_is_asked(plan, name) && !fp_strv_has(ret, name))
        fp_strv_add(ret, name);
}

void fp_packages_needed(const struct fp_plan *plan, struct fp_strv *ret)
{
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        add_needed(plan, needed[i], false, ret);
    if (plan->with_python3)
        add_needed(plan, "python3", false, ret);
}

/* Whether a package is installed and recorded in /etc/apk/world as asked for. */
static bool is_settled(const struct fp_apk_system *root, const char *request)
{
    cleanup_free char *world = fp_xasprintf("\n%s", root->world);
    cleanup_free char *line = fp_xasprintf("\n%s\n", request);
    return strstr(world, line) != NULL && fp_apk_system_has(root, request);
}

/* List the needed packages that are missing, and the requested ones that are not settled. */
static void list_wanted(const struct fp_layer_step *step, const struct fp_apk_system *root,
                        struct fp_strv *ret)
{
    const struct fp_plan *plan = step->plan;
    const struct fp_base_facts *facts = &step->base->facts;
    const struct fp_strv *asked = &plan->packages.names;
    for (size_t i = 0; step->flink->has_dist && i < sizeof(needed) / sizeof(needed[0]); i++)
        add_needed(plan, needed[i],
                   fp_apk_system_has(root, needed[i]) || (i == 0 && facts->has_bash) ||
                       (i == 2 && (!facts->musl || fp_apk_system_has(root, "gcompat"))),
                   ret);
    if (plan->with_python3)
        add_needed(plan, "python3", fp_apk_system_has(root, "python3"), ret);
    for (size_t i = 0; i < asked->len; i++) {
        if (!fp_strv_has(ret, asked->items[i]) && !is_settled(root, asked->items[i]))
            fp_strv_add(ret, asked->items[i]);
    }
    fp_strv_sort(ret);
}

/* Note what was taken for a layer, with what it was taken for, as a lock says it. */
static void note_addition(const struct fp_layer_step *step, const char *kind,
                          const struct fp_strv *requests, json_t *take_report)
{
    fp_json_set(take_report, "requests", fp_json_texts(requests));
    fp_json_set(step->base->additions, kind, take_report);
}

/* Who is told of fetching: not whoever keeps the warnings of a layer, as the layer is the same
 * whatever became of a download. */
static struct fp_reporter *told_of_fetching(const struct fp_layer_step *step)
{
    return step->listener != NULL ? step->listener->to : step->plan->context->reporter;
}

static enum fp_code fill(struct fp_draft *draft, const struct fp_apk_system *root,
                         const struct fp_strv *requests, const char *kind,
                         struct fp_apk_spool *spool, struct fp_error *err)
{
    const struct fp_plan *plan = draft->step->plan;
    const struct fp_base_image *base = draft->step->base;
    cleanup_free char *platform = fp_platform_text(&base->platform);
    bool only_pins = false;
    const json_t *pins = fp_lock_pins(plan->lock, platform, draft->step->base_name,
                                      base->descriptor.digest.text, kind, requests, &only_pins);
    json_t *report = NULL;
    const struct fp_build_context *context = plan->context;
    const struct fp_apk_addition addition = {
        .requests = requests,
        .fetch = {.http = context->http,
                  .cache_folder = context->cache_folder,
                  .offline = context->offline,
                  .reporter = told_of_fetching(draft->step)},
        .repositories = &plan->packages.repositories,
        .mirror = plan->packages.mirror,
        .keys = &plan->packages.keys,
        .pins = pins,
        .only_pins = only_pins,
        .target = {.builder = draft->builder,
                   .inputs = draft->inputs,
                   .spool = spool,
                   .reporter = context->reporter,
                   .strict = plan->packages.strict},
        .spool = spool,
    };
    enum fp_code code = fp_apk_add(root, &addition, draft->step->packages, &report, err);
    if (code == FP_E_NOT_FOUND && only_pins)
        fp_hint(err, "%s pins them; 'flinkpack lock' writes it anew", fp_lock_name(plan->lock));
    FP_TRY(code);
    note_addition(draft->step, kind, requests, report);
    return FP_OK;
}

static void remove_directory(char **path)
{
    if (*path != NULL)
        fp_temp_remove(*path);
}

/* Contents are kept in a spool until the layer is written. */
enum fp_code fp_packages_layer(const struct fp_layer_step *step, const struct fp_apk_system *root,
                               const struct fp_strv *requests, const char *kind,
                               struct fp_layer *ret, struct fp_error *err)
{
    cleanup_draft struct fp_draft draft = fp_draft_new(step);
    __attribute__((cleanup(remove_directory))) char *directory = NULL;
    __attribute__((cleanup(fp_apk_spool_clear))) struct fp_apk_spool spool = {.fd = -1};
    FP_TRY(fp_temp_dir(step->plan->context->cache_folder, &directory, err));
    FP_TRY(fp_apk_spool_open(directory, &spool, err));
    enum fp_code code = fill(&draft, root, requests, kind, &spool, err);
    if (code == FP_E_NETWORK)
        fp_hint(err, "is there a mirror of Alpine that can be reached? --apk-mirror URL");
    FP_TRY(code);
    return fp_draft_write(&draft, kind, ret, err);
}

static enum fp_code add_wanted(const struct fp_layer_step *step, const struct fp_apk_system *root,
                               struct fp_layer *ret, struct fp_error *err)
{
    cleanup_strv struct fp_strv wanted = {0};
    list_wanted(step, root, &wanted);
    if (wanted.len == 0)
        return FP_OK;
    if (!root->has_world)
        fp_report(
            step->plan->context->reporter, FP_EVENT_WARNING,
            "the base has no /etc/apk/world: a later 'apk add' in the image would remove what "
            "it does not list");
    enum fp_code code = fp_packages_layer(step, root, &wanted, "packages", ret, err);
    if (code != FP_E_NETWORK)
        return code;
    cleanup_free char *list = fp_strv_join(&wanted, ", ", 300);
    return fp_context(code, err, "%s, which the base lacks", list);
}

enum fp_code fp_step_packages(const struct fp_layer_step *step, struct fp_layer *ret,
                              struct fp_error *err)
{
    const struct fp_base_image *base = step->base;
    struct fp_apk_system root = {0};
    if (!fp_apk_is_used(base->facts.tree))
        return fp_packages_present(step->plan, base, step->base_name, err);
    /* Read the system only once, because this inflates the base's layers. */
    FP_TRY(fp_apk_system_read(base->facts.tree, fp_base_image_read_many,
                              (struct fp_base_image *) (uintptr_t) base,
                              fp_apk_arch(&base->platform), &root, err));
    enum fp_code code = add_wanted(step, &root, ret, err);
    fp_apk_system_clear(&root);
    return code;
}
