/* Generates the manifests: patched documents, as files and as one stream. */
#include <string.h>

#include "format.h"
#include "pod.h"
#include "result.h"
#include "text.h"

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
    FP_TRY(fp_yaml_write_as(&out, document, d->format->file_suffix != NULL, err));
    *ret = fp_buf_take(&out);
    return FP_OK;
}

/* NAME-KIND.yaml, or compose.yaml if the document has no kind. */
static char *file_name(const struct fp_deployment *d, const json_t *document)
{
    const char *kind = fp_json_string(document, "kind");
    const char *suffix = d->format->file_suffix != NULL ? d->format->file_suffix : "";
    const char *end = wants_json(d) ? "json" : "yaml";
    if (kind == NULL)
        return fp_xasprintf("compose.%s", end);
    cleanup_free char *name = fp_stable_name(d, document);
    char *path = fp_xasprintf("%s-%s.%s%s", name, kind, end, suffix);
    fp_make_lower(path);
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

/* Make the stream: one List for kubectl in JSON, else documents separated by "---". */
static enum fp_code make_stream(const struct fp_deployment *d, json_t *documents,
                                struct fp_deploy_result *ret, struct fp_error *err)
{
    if (wants_json(d) && json_object_get(json_array_get(documents, 0), "kind") != NULL) {
        cleanup_json json_t *list =
            json_pack("{s:s, s:s, s:O}", "apiVersion", "v1", "kind", "List", "items", documents);
        return render(d, list, &ret->stream, err);
    }
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    for (size_t i = 0; i < ret->file_count; i++)
        fp_buf_putf(&out, "%s%s", i > 0 ? "---\n" : "", ret->files[i].text);
    FP_TRY(fp_buf_check(&out, err));
    ret->stream = fp_buf_take(&out);
    return FP_OK;
}

static enum fp_code make_patched(struct fp_deployment *d, const struct fp_deploy_patch *patches,
                                 size_t patch_count, json_t **ret, struct fp_error *err)
{
    *ret = d->format->documents(d);
    for (size_t i = 0; i < patch_count; i++) {
        if (!fp_patch_yields(d, &patches[i], *ret))
            FP_TRY(fp_patch_apply(&patches[i], *ret, err));
    }
    return FP_OK;
}

/* Check the patched documents, or the mounts of a chart. */
static enum fp_code check(struct fp_deployment *d, const json_t *documents, struct fp_error *err)
{
    FP_TRY(fp_check_storage(d, documents, err));
    fp_warn_of_mounts(d, documents);
    fp_warn_of_upload(d);
    return FP_OK;
}

/* Refuse patches in a format of files, which has no documents that they could change. */
static enum fp_code refuse_patches(struct fp_deployment *d, const struct fp_deploy_patch *patches,
                                   size_t patch_count, struct fp_error *err)
{
    for (size_t i = 0; i < patch_count; i++) {
        if (fp_patch_yields(d, &patches[i], NULL))
            continue;
        return fp_hinted(
            fp_fail(err, FP_E_USAGE,
                    "--patch: has no place in --format %s: a chart has no objects yet that could "
                    "be changed, only templates of them",
                    d->format->name),
            err,
            "edit the chart's templates, or let kustomize change what 'helm template' renders");
    }
    return check(d, d->mounts, err);
}

static enum fp_code make_documents(struct fp_deployment *d, const struct fp_deploy_patch *patches,
                                   size_t patch_count, struct fp_deploy_result *ret,
                                   struct fp_error *err)
{
    cleanup_json json_t *documents = NULL;
    FP_TRY(make_patched(d, patches, patch_count, &documents, err));
    /* The revision is computed from patched documents, which contain it: so make them twice. */
    if (d->format->has_revision) {
        fp_deployment_revise(d, documents);
        json_decref(documents);
        FP_TRY(make_patched(d, patches, patch_count, &documents, err));
    }
    if (d->format->settle != NULL)
        d->format->settle(documents);
    FP_TRY(check(d, documents, err));
    FP_TRY(add_files(d, documents, ret, err));
    return make_stream(d, documents, ret, err);
}

static enum fp_code make(struct fp_deployment *d, const struct fp_deploy_patch *patches,
                         size_t patch_count, const char *directory, struct fp_deploy_result *ret,
                         struct fp_error *err)
{
    if (d->format->documents == NULL)
        FP_TRY(refuse_patches(d, patches, patch_count, err));
    else
        FP_TRY(make_documents(d, patches, patch_count, ret, err));
    return d->format->add_files != NULL ? d->format->add_files(d, directory, ret, err) : FP_OK;
}

/* Warn of secrets, as many users can read repositories and ConfigMaps, but never print a value. */
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

static void add_notes(const struct fp_deployment *d, const char *directory,
                      struct fp_deploy_result *ret)
{
    const char *space = d->options->kube_namespace;
    cleanup_free char *kubectl =
        space != NULL ? fp_xasprintf("kubectl -n %s", space) : fp_xstrdup("kubectl");
    cleanup_free char *word = directory != NULL ? fp_shell_word(directory) : NULL;
    const struct fp_notes notes = {d, &ret->notes, kubectl, word};
    fp_note_left_out(d, &ret->notes);
    for (size_t i = 0; i < d->remarks.len; i++)
        fp_strv_add(&ret->notes, d->remarks.items[i]);
    d->format->note(&notes);
    for (size_t i = 0; i < d->warnings.len; i++)
        fp_strv_add(&ret->warnings, d->warnings.items[i]);
}

enum fp_code fp_deploy_generate(const struct fp_deploy_options *options,
                                const struct fp_deploy_image *image,
                                const struct fp_deploy_patch *patches, size_t patch_count,
                                const char *directory, struct fp_deploy_result *ret,
                                struct fp_error *err)
{
    cleanup_deployment struct fp_deployment deployment = {0};
    *ret = (struct fp_deploy_result){0};
    FP_TRY(fp_deployment_make(options, image, &deployment, err));
    warn_of_secrets(&deployment, &options->conf, "-D",
                    "-D 'KEY=${NAME}' --env-secret NAME=SECRET:KEY");
    warn_of_secrets(&deployment, &options->env, "--env", "--env-secret NAME=SECRET:KEY");
    enum fp_code code = make(&deployment, patches, patch_count, directory, ret, err);
    if (code == FP_OK)
        add_notes(&deployment, directory, ret);
    else
        fp_deploy_result_clear(ret);
    return code;
}
