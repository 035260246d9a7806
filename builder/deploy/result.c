/* The generated files, and the kustomization that lists them. */
#include "result.h"

#include <string.h>

#include "format.h"

void fp_result_add(struct fp_deploy_result *result, char *take_path, char *take_text)
{
    result->files = fp_xreallocarray(result->files, result->file_count + 1, sizeof(*result->files));
    result->files[result->file_count++] = (struct fp_deploy_file){take_path, take_text};
}

enum fp_code fp_result_add_yaml(struct fp_deploy_result *result, const char *path,
                                const json_t *document, struct fp_error *err)
{
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    FP_TRY(fp_yaml_write(&out, document, err));
    fp_result_add(result, fp_xstrdup(path), fp_buf_take(&out));
    return FP_OK;
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

enum fp_code fp_add_kustomization(const struct fp_deployment *d, const char *directory,
                                  struct fp_deploy_result *ret, struct fp_error *err)
{
    if (directory == NULL)
        return FP_OK;
    cleanup_json json_t *document =
        json_pack("{s:s, s:s, s:[]}", "apiVersion", "kustomize.config.k8s.io/v1beta1", "kind",
                  "Kustomization", "resources");
    for (size_t i = 0; i < ret->file_count; i++)
        fp_json_append(json_object_get(document, "resources"), json_string(ret->files[i].path));
    if (d->image->digest != NULL && !d->format->is_operated) {
        const char *base = fp_path_base(d->image->name);
        cleanup_free char *name =
            fp_xstrndup(d->image->name, (size_t) (base - d->image->name) + strcspn(base, ":"));
        fp_json_set_text(document, "#images",
                         "what kustomize changes to use another image; a newTag without the "
                         "digest, which goes before it. The revision does not follow: delete Job "
                         "and TaskManagers before you apply it, or generate again");
        fp_json_set(document, "images",
                    json_pack("[{s:s, s:s}]", "name", name, "digest", d->image->digest));
    }
    return fp_result_add_yaml(ret, "kustomization.yaml", document, err);
}
