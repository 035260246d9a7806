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

/* Whether a line is a setting of the state backend, such as "state.backend: rocksdb". */
static bool line_chooses_rocksdb(const char *line)
{
    const char *colon = strchr(line, ':');
    return strncmp(line, "state.backend", strlen("state.backend")) == 0 && colon != NULL &&
           strcasestr(colon, "rocksdb") != NULL;
}

/* Whether the distribution's own configuration chooses RocksDB. */
static bool chooses_rocksdb(const struct fp_distribution *dist)
{
    cleanup_free char *path = fp_path_join("conf", fp_flink_traits(&dist->version)->config_file);
    const struct fp_dist_file *file = fp_distribution_file(dist, path);
    cleanup_free char *text = file != NULL ? fp_xstrndup(file->data, file->len) : NULL;
    cleanup_strv struct fp_strv lines = {0};
    bool chosen = false;
    if (text != NULL)
        fp_strv_split(&lines, text, '\n');
    for (size_t i = 0; i < lines.len; i++)
        chosen = chosen || line_chooses_rocksdb(lines.items[i]);
    return chosen;
}

bool fp_dist_is_stock(const char *name)
{
    if (strncmp(name, "flink-", 6) == 0)
        return strstr(name, "connector") == NULL || strncmp(name, "flink-connector-files", 21) == 0;
    return strncmp(name, "log4j-", 6) == 0 || strncmp(name, "slf4j-", 6) == 0;
}

static void judge(struct fp_distribution *dist)
{
    dist->chooses_rocksdb = chooses_rocksdb(dist);
    dist->has_added_jars = false;
    for (size_t i = 0; i < dist->lib_jars.len; i++)
        dist->has_added_jars = dist->has_added_jars || !fp_dist_is_stock(dist->lib_jars.items[i]);
}

enum fp_code fp_distribution_read(const struct fp_distribution_options *options,
                                  struct fp_distribution *ret, struct fp_error *err)
{
    const char *name = options->archive != NULL ? options->archive : options->folder;
    cleanup_distribution struct fp_distribution distribution = {0};
    FP_TRY(options->archive != NULL ? fp_dist_from_archive(options, &distribution, err)
                                    : fp_dist_from_folder(options, &distribution, err));
    FP_TRY(check_scripts(&distribution, name, err));
    if (distribution.repack_reason == NULL && !distribution.as_is)
        distribution.repack_reason = fp_xstrdup("it is a folder");
    judge(&distribution);
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
