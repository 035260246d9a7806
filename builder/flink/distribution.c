/* Reads a distribution of Flink from an archive or a directory. */
#include "flinkpack/flink/distribution.h"

#include <string.h>

#include "dist_steps.h"

/* Reject scripts with Windows line ends, which fail: "env: 'bash\r': No such file or directory". */
static enum fp_code check_scripts(const struct fp_distribution *distribution, const char *name,
                                  struct fp_error *err)
{
    for (size_t i = 0; i < distribution->file_count; i++) {
        const struct fp_dist_file *file = &distribution->files[i];
        if (strncmp(file->path, "bin/", 4) != 0 || !fp_text_is_crlf_script(file->data, file->len))
            continue;
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "%s: the lines of %s end as on Windows (CR LF), so that it cannot "
                                 "be run",
                                 name, file->path),
                         err, "dos2unix bin/*, or check it out with git -c core.autocrlf=false");
    }
    return FP_OK;
}

enum fp_code fp_distribution_read(const struct fp_distribution_options *options,
                                  struct fp_distribution *ret, struct fp_error *err)
{
    const char *name = options->archive != NULL ? options->archive : options->folder;
    __attribute__((cleanup(fp_distribution_clear))) struct fp_distribution distribution = {0};
    FP_TRY(options->archive != NULL ? fp_dist_from_archive(options, &distribution, err)
                                    : fp_dist_from_folder(options, &distribution, err));
    FP_TRY(check_scripts(&distribution, name, err));
    if (distribution.repack_reason == NULL && !distribution.as_is)
        distribution.repack_reason = fp_xstrdup("it is a folder");
    free(distribution.layer.created_by);
    distribution.layer.created_by = fp_xasprintf("flinkpack build # %s", distribution.top);
    *ret = steal_value(&distribution);
    return FP_OK;
}

const struct fp_dist_file *fp_distribution_file(const struct fp_distribution *distribution,
                                                const char *path)
{
    for (size_t i = 0; i < distribution->file_count; i++)
        if (strcmp(distribution->files[i].path, path) == 0)
            return &distribution->files[i];
    return NULL;
}

void fp_distribution_clear(struct fp_distribution *distribution)
{
    for (size_t i = 0; i < distribution->file_count; i++) {
        free(distribution->files[i].path);
        free(distribution->files[i].data);
    }
    free(distribution->files);
    free(distribution->scala_version);
    free(distribution->top);
    free(distribution->repack_reason);
    fp_layer_clear(&distribution->layer);
    fp_tree_free(distribution->tree);
    fp_strv_clear(&distribution->lib_jars);
    fp_strv_clear(&distribution->opt_jars);
    *distribution = (struct fp_distribution){0};
}
