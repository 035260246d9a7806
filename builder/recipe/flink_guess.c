/* Which version of Flink an archive or directory is named after inside, without reading it. */
#include "flink.h"

#include <string.h>

static enum fp_code take_top(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                             const char *raw_path, enum fp_scan_action *ret_action,
                             struct fp_error *err)
{
    char **top = context;
    (void) scan;
    (void) raw_path;
    (void) err;
    *top = fp_xstrndup(entry->path, strcspn(entry->path, "/"));
    *ret_action = FP_SCAN_STOP;
    return FP_OK;
}

/* The directory of the first entry: "flink-1.20.4". */
static bool guess_archive(struct fp_input *archive, struct fp_flink_version *ret)
{
    cleanup_free char *top = NULL;
    struct fp_source *raw = NULL;
    if (fp_input_source(archive, &raw, NULL) != FP_OK)
        return false;
    cleanup_source struct fp_source *tar =
        fp_source_inflate(raw, archive->path, fp_inflate_limit(0), NULL);
    return fp_scan_tar(tar, archive->path, false, take_top, &top, NULL) == FP_OK && top != NULL &&
           strncmp(top, "flink-", 6) == 0 && fp_flink_version_parse(top + 6, ret, NULL) == FP_OK;
}

static bool guess_folder(const char *folder, struct fp_flink_version *ret)
{
    cleanup_free char *lib = fp_path_join(folder, "lib");
    cleanup_strv struct fp_strv names = {0};
    return fp_dir_names(lib, "flink-dist*.jar", 2, &names) && names.len == 1 &&
           fp_flink_version_of_jar(names.items[0], ret);
}

bool fp_flink_guess(const struct fp_flink_origin *origin, struct fp_flink *ret)
{
    bool is_found = origin->archive != NULL  ? guess_archive(origin->archive, &ret->version)
                    : origin->folder != NULL ? guess_folder(origin->folder, &ret->version)
                                             : false;
    if (!is_found)
        return false;
    ret->traits = fp_flink_traits(&ret->version);
    ret->home = fp_xstrdup(FP_FLINK_HOME);
    return true;
}
