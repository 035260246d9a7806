#include <ctype.h>
#include <string.h>

#include "chart.h"
#include "documents.h"
#include "log_conf.h"
#include "notes.h"
#include "object.h"
#include "patch.h"
#include "text.h"
#include "warn.h"
#include "yaml_write.h"

void fp_result_add(struct fp_deploy_result *result, char *take_path, char *take_text)
{
    result->files = fp_xreallocarray(result->files, result->file_count + 1, sizeof(*result->files));
    result->files[result->file_count++] = (struct fp_deploy_file){take_path, take_text};
}

void fp_deploy_result_clear(struct fp_deploy_result *result)
{
    for (size_t i = 0; i < result->file_count; i++) {
        free(result->files[i].path);
        free(result->files[i].text);
    }
    free(result->files);
    free(result->stream);
    fp_strv_clear(&result->notes);
    fp_strv_clear(&result->warnings);
    *result = (struct fp_deploy_result){0};
}

static bool wants_json(const struct fp_deployment *d)
{
    return d->options->output != NULL && strcmp(d->options->output, "json") == 0;
}

static enum fp_code render(const struct fp_deployment *d, const json_t *document, char **ret,
                           struct fp_error *err)
{
    if (wants_json(d)) {
        cleanup_json json_t *plain = fp_deploy_without_comments(document);
        cleanup_free char *text = json_dumps(plain, JSON_INDENT(2));
        *ret = fp_xasprintf("%s\n", text);
        return FP_OK;
    }
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    FP_TRY(fp_yaml_write_as(
        &out, document, d->format == FP_DEPLOY_TEMPLATE ? FP_YAML_TEMPLATE : FP_YAML_PURE, err));
    *ret = fp_buf_take(&out);
    return FP_OK;
}

/* NAME-KIND.yaml, or, without a kind, compose.yaml. A file of before is overwritten, so the
 * revision is not in its name. */
static char *file_name(const struct fp_deployment *d, const json_t *document)
{
    const char *kind = fp_json_string(document, "kind");
    const char *name = fp_json_string(json_object_get(document, "metadata"), "name");
    const char *end = wants_json(d) ? "json" : "yaml";
    if (kind == NULL)
        return fp_xasprintf("compose.%s", end);
    name = name != NULL ? name : d->name;
    cleanup_free char *revision = fp_xasprintf("-%s", d->revision);
    bool has_revision = fp_has_revision(d) && fp_text_ends_with(name, revision);
    size_t len = strlen(name) - (has_revision ? strlen(revision) : 0);
    char *path = fp_xasprintf("%.*s-%s.%s%s", (int) len, name, kind, end,
                              d->format == FP_DEPLOY_TEMPLATE ? ".template" : "");
    for (char *p = path; *p != '\0'; p++)
        *p = (char) tolower((unsigned char) *p);
    return path;
}

static enum fp_code add_files(const struct fp_deployment *d, const json_t *documents,
                              struct fp_deploy_result *ret, struct fp_error *err)
{
    for (size_t i = 0; i < json_array_size(documents); i++) {
        const json_t *document = json_array_get(documents, i);
        char *text = NULL;
        FP_TRY(render(d, document, &text, err));
        fp_result_add(ret, file_name(d, document), text);
    }
    return FP_OK;
}

/* One list for kubectl, or documents with "---" between them. */
static enum fp_code make_stream(const struct fp_deployment *d, json_t *documents,
                                struct fp_deploy_result *ret, struct fp_error *err)
{
    if (wants_json(d) && d->format != FP_DEPLOY_COMPOSE) {
        cleanup_json json_t *list =
            json_pack("{s:s, s:s, s:O}", "apiVersion", "v1", "kind", "List", "items", documents);
        return render(d, list, &ret->stream, err);
    }
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    for (size_t i = 0; i < ret->file_count; i++)
        FP_TRY(fp_buf_addf(&out, err, "%s%s", i > 0 ? "---\n" : "", ret->files[i].text));
    ret->stream = fp_buf_take(&out);
    return FP_OK;
}

static enum fp_code add_kustomization(const struct fp_deployment *d, struct fp_deploy_result *ret,
                                      struct fp_error *err)
{
    cleanup_json json_t *document =
        json_pack("{s:s, s:s, s:[]}", "apiVersion", "kustomize.config.k8s.io/v1beta1", "kind",
                  "Kustomization", "resources");
    for (size_t i = 0; i < ret->file_count; i++)
        fp_append(json_object_get(document, "resources"), json_string(ret->files[i].path));
    /* It finds images in containers only, of which a FlinkDeployment has none. */
    if (d->image->digest != NULL && d->format == FP_DEPLOY_KUBERNETES) {
        const char *base = fp_path_base(d->image->name);
        cleanup_free char *name =
            fp_xstrndup(d->image->name, (size_t) (base - d->image->name) + strcspn(base, ":"));
        fp_set(document, "#images",
               json_string("what kustomize changes to use another image; a newTag without the "
                           "digest, which goes before it. The revision does not follow: delete Job "
                           "and TaskManagers before you apply it, or generate again"));
        fp_set(document, "images",
               json_pack("[{s:s, s:s}]", "name", name, "digest", d->image->digest));
    }
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    FP_TRY(fp_yaml_write(&out, document, err));
    fp_result_add(ret, fp_xstrdup("kustomization.yaml"), fp_buf_take(&out));
    return FP_OK;
}

static json_t *make_documents(const struct fp_deployment *d)
{
    if (d->format == FP_DEPLOY_OPERATOR)
        return fp_operator_documents(d);
    if (d->format == FP_DEPLOY_COMPOSE)
        return json_pack("[o]", fp_compose_document(d));
    return fp_kubernetes_documents(d);
}

static enum fp_code make_patched(struct fp_deployment *d, const struct fp_deploy_patch *patches,
                                 size_t patch_count, json_t **ret, struct fp_error *err)
{
    enum fp_code code = FP_OK;
    *ret = make_documents(d);
    for (size_t i = 0; i < patch_count && code == FP_OK; i++) {
        if (!fp_patch_yields(d, &patches[i], *ret))
            code = fp_patch_apply(&patches[i], *ret, err);
    }
    return code;
}

/* Of what patches have left. A chart's documents are of the same volumes. */
static void warn(struct fp_deployment *d, const json_t *documents)
{
    fp_warn_of_storage(d, documents);
    fp_warn_of_mounts(d, documents);
    fp_warn_of_upload(d);
}

static enum fp_code make_files(struct fp_deployment *d, const struct fp_deploy_patch *patches,
                               size_t patch_count, const char *folder, struct fp_deploy_result *ret,
                               struct fp_error *err)
{
    for (size_t i = 0; i < patch_count && d->format == FP_DEPLOY_HELM; i++) {
        if (fp_patch_yields(d, &patches[i], NULL))
            continue;
        return fp_hinted(
            fp_fail(err, FP_E_USAGE,
                    "--patch: has no place in --format helm: a chart has no objects yet that "
                    "could be changed, only templates of them"),
            err,
            "edit the chart's templates, or let kustomize change what 'helm "
            "template' renders");
    }
    if (d->format == FP_DEPLOY_HELM) {
        warn(d, d->mounts);
        return fp_chart_files(d, ret, err);
    }
    cleanup_json json_t *documents = NULL;
    enum fp_code code = make_patched(d, patches, patch_count, &documents, err);
    /* The revision is made of what patches have left, and stands in what they are for. */
    if (code == FP_OK && fp_has_revision(d)) {
        fp_deployment_revise(d, documents);
        json_decref(documents);
        code = make_patched(d, patches, patch_count, &documents, err);
    }
    if (d->format == FP_DEPLOY_OPERATOR)
        fp_operator_settle(documents);
    warn(d, documents);
    if (code == FP_OK)
        code = add_files(d, documents, ret, err);
    if (code == FP_OK)
        code = make_stream(d, documents, ret, err);
    if (code == FP_OK)
        code = fp_put_log_conf(d, folder, ret, err);
    bool kustomize = d->format == FP_DEPLOY_KUBERNETES || d->format == FP_DEPLOY_OPERATOR;
    return code == FP_OK && folder != NULL && kustomize ? add_kustomization(d, ret, err) : code;
}

/* Manifests lie in repositories, and a ConfigMap is read by many. Never the value is told. */
static void warn_of_secrets(struct fp_deployment *d, const struct fp_strv *pairs,
                            const char *option, const char *instead)
{
    for (size_t i = 0; i < pairs->len; i++) {
        struct fp_split pair = fp_split_at(pairs->items[i], '=');
        cleanup_free char *key = pair.first;
        if (pair.rest != NULL && fp_is_secret(key, pair.rest))
            fp_strv_addf(
                &d->warnings,
                "%s %.100s: looks like a secret, and stands in the manifests for everybody "
                "who can read them: keep it in a Secret, and write %s",
                option, key, instead);
    }
}

enum fp_code fp_deploy_generate(const struct fp_deploy_options *options,
                                const struct fp_deploy_image *image,
                                const struct fp_deploy_patch *patches, size_t patch_count,
                                const char *folder, struct fp_deploy_result *ret,
                                struct fp_error *err)
{
    cleanup_deployment struct fp_deployment deployment = {0};
    *ret = (struct fp_deploy_result){0};
    enum fp_code code = fp_deployment_make(options, image, &deployment, err);
    if (code == FP_OK) {
        warn_of_secrets(&deployment, &options->conf, "-D",
                        "-D 'KEY=${NAME}' --env-secret NAME=SECRET:KEY");
        warn_of_secrets(&deployment, &options->env, "--env", "--env-secret NAME=SECRET:KEY");
    }
    if (code == FP_OK)
        code = make_files(&deployment, patches, patch_count, folder, ret, err);
    if (code == FP_OK) {
        fp_note_left_out(&deployment, &ret->notes);
        for (size_t i = 0; i < deployment.remarks.len; i++)
            fp_strv_add(&ret->notes, deployment.remarks.items[i]);
        fp_deploy_notes(&deployment, folder, &ret->notes);
        for (size_t i = 0; i < deployment.warnings.len; i++)
            fp_strv_add(&ret->warnings, deployment.warnings.items[i]);
    } else {
        fp_deploy_result_clear(ret);
    }
    return code;
}
