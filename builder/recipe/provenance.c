/* Provenance of an image: what it was made of, by whom and how (https://slsa.dev/provenance/v1). */
#include "asked.h"
#include "statements.h"

#include <string.h>
#include <sys/stat.h>

/* How the image was made, as consumers know it: flinkpack has one way. */
#define BUILD_TYPE "https://flinkpack.invalid/build/v1"
/* Who made it where no CI system says so. */
#define LOCAL_BUILDER "https://flinkpack.invalid/local"

/* Add what went into the image. `digest` is "ALGORITHM:HEX"; without one nothing is proved, and
 * nothing is added. */
static void add(json_t *list, const char *uri, const char *name, const char *digest)
{
    const char *colon = digest != NULL ? strchr(digest, ':') : NULL;
    if (colon == NULL)
        return;
    cleanup_free char *algorithm = fp_xstrndup(digest, (size_t) (colon - digest));
    json_t *digests = json_object();
    json_t *item = json_object();
    fp_json_set_text(digests, algorithm, colon + 1);
    fp_json_set_text(item, "uri", uri);
    fp_json_set_text(item, "name", name);
    fp_json_set(item, "digest", digests);
    fp_json_append(list, item);
}

/* What an image is called elsewhere: a path of this machine is cut to its last part. The caller
 * owns it. */
static char *name_of_image(const char *name)
{
    cleanup_location struct fp_location at = {0};
    bool is_remote = fp_location_parse(name, &at, NULL) == FP_OK && at.kind == FP_AT_REGISTRY;
    return is_remote ? fp_xasprintf("oci://%s", name) : fp_xasprintf("file:%s", fp_path_base(name));
}

/* The inputs that --metadata-file lists: base, Flink, Hadoop, jars. A file's path says nothing
 * elsewhere, so that only its name is told. */
static void add_inputs(json_t *list, const json_t *metadata)
{
    size_t i = 0;
    json_t *input = NULL;
    json_array_foreach(json_object_get(metadata, "inputs"), i, input)
    {
        const char *kind = fp_json_string(input, "kind");
        const char *name = fp_json_string(input, "name");
        if (kind == NULL || name == NULL)
            continue;
        bool is_base = strcmp(kind, "base") == 0;
        bool is_url = strstr(name, "://") != NULL;
        cleanup_free char *uri = is_base  ? name_of_image(name)
                                 : is_url ? fp_xstrdup(name)
                                          : fp_xasprintf("file:%s", fp_path_base(name));
        add(list, uri, kind, fp_json_string(input, "digest"));
    }
}

/* The packages of one platform's layers, as the lock has them. */
static void add_packages(json_t *list, json_t *additions)
{
    const char *kind = NULL;
    json_t *addition = NULL;
    json_object_foreach(additions, kind, addition)
    {
        const char *name = NULL;
        json_t *package = NULL;
        json_object_foreach(json_object_get(addition, "packages"), name, package)
        {
            const char *sha256 = fp_json_string(package, "sha256");
            const char *repository = fp_json_string(package, "repository");
            const char *version = fp_json_string(package, "version");
            if (sha256 == NULL || version == NULL)
                continue;
            cleanup_free char *digest = fp_xasprintf("sha256:%s", sha256);
            cleanup_free char *uri = repository != NULL
                                         ? fp_xasprintf("%s/%s-%s.apk", repository, name, version)
                                         : fp_xasprintf("pkg:apk/alpine/%s@%s", name, version);
            add(list, uri, "package", digest);
        }
    }
}

static enum fp_code add_file(const struct fp_plan *plan, json_t *list, const char *kind,
                             const char *path, struct fp_error *err)
{
    char hex[FP_HASH_HEX_MAX];
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return FP_OK;
    FP_TRY(fp_cache_file_sha256(plan->context->cache, path, hex, NULL, err));
    cleanup_free char *digest = fp_xasprintf("sha256:%s", hex);
    cleanup_free char *uri = fp_xasprintf("file:%s", fp_path_base(path));
    add(list, uri, kind, digest);
    return FP_OK;
}

/* The files of --lib, --plugin, --add and --layer. */
static enum fp_code add_files(json_t *list, const struct fp_plan *plan, struct fp_error *err)
{
    for (size_t i = 0; i < plan->libs.len; i++)
        FP_TRY(add_file(plan, list, "lib", plan->libs.items[i], err));
    for (size_t i = 0; i < plan->plugin_count; i++)
        for (size_t k = 0; k < plan->plugins[i].files.len; k++)
            FP_TRY(add_file(plan, list, "plugin", plan->plugins[i].files.items[k], err));
    for (size_t i = 0; i < plan->add_count; i++)
        FP_TRY(add_file(plan, list, "add", plan->adds[i].source, err));
    for (size_t i = 0; i < plan->tars.len; i++)
        FP_TRY(add_file(plan, list, "layer", plan->tars.items[i], err));
    return FP_OK;
}

static enum fp_code dependencies(const struct fp_statements_input *input,
                                 const struct fp_ci_run *run, json_t **ret, struct fp_error *err)
{
    cleanup_json json_t *list = json_array();
    if (run->source != NULL) {
        cleanup_free char *digest = fp_xasprintf("gitCommit:%s", run->commit);
        add(list, run->source, "source", digest);
    }
    add_inputs(list, input->metadata);
    FP_TRY(add_files(list, input->plan, err));
    for (size_t i = 0; i < input->bases->count; i++)
        add_packages(list, input->bases->images[i].additions);
    *ret = steal_pointer(&list);
    return FP_OK;
}

/* What the user decided, as the labels of the image say it too. */
static json_t *parameters(const struct fp_statements_input *input)
{
    const struct fp_plan *plan = input->plan;
    json_t *object = json_object();
    json_t *platforms = json_array();
    for (size_t i = 0; i < plan->platform_count; i++) {
        cleanup_free char *name = fp_platform_text(&plan->platforms[i]);
        fp_json_append(platforms, fp_json_text(name));
    }
    fp_json_set_text(object, "command", plan->verb);
    fp_json_set_text(object, "image", plan->title);
    cleanup_free char *base = name_of_image(input->bases->name);
    fp_json_set_text(object, "base", base);
    fp_json_set_text(object, "flinkVersion", fp_json_string(input->metadata, "flinkVersion"));
    fp_json_set_text(object, "jobClassname", plan->job_classname);
    fp_json_set(object, "platforms", platforms);
    return object;
}

/* The recipe: the layers that were made or reused, each under the key of what it is made of. */
static json_t *recipe(const struct fp_statements_input *input)
{
    json_t *object = json_object();
    size_t i = 0;
    json_t *platform = NULL;
    json_array_foreach(json_object_get(input->metadata, "platforms"), i, platform)
    {
        json_t *layers = json_deep_copy(json_object_get(platform, "layers"));
        size_t k = 0;
        json_t *layer = NULL;
        /* Where a layer came from is not what it is. */
        json_array_foreach(layers, k, layer)(void) json_object_del(layer, "reused");
        fp_json_set(object, fp_json_string(platform, "platform"), layers);
    }
    return json_pack("{s:o, s:o*}", "layers", object, "compression",
                     input->lock != NULL ? json_incref(json_object_get(input->lock, "compression"))
                                         : NULL);
}

enum fp_code fp_provenance_make(const struct fp_statements_input *input, json_t **ret,
                                struct fp_error *err)
{
    struct fp_ci_run run = {0};
    json_t *resolved = NULL;
    fp_ci_run_find(input->plan, &run);
    enum fp_code code = dependencies(input, &run, &resolved, err);
    if (code == FP_OK)
        *ret = json_pack("{s:{s:s, s:o, s:o, s:o}, s:{s:{s:s, s:{s:s}}, s:{s:s*}}}",
                         "buildDefinition", "buildType", BUILD_TYPE, "externalParameters",
                         parameters(input), "internalParameters", recipe(input),
                         "resolvedDependencies", resolved, "runDetails", "builder", "id",
                         run.builder != NULL ? run.builder : LOCAL_BUILDER, "version", "flinkpack",
                         FLINKPACK_VERSION, "metadata", "invocationId", run.invocation);
    fp_ci_run_clear(&run);
    return code;
}
