/* How the layers of an image are compressed. */
#include "plan_parts.h"

#include <inttypes.h>
#include <string.h>

/* A codec that layers may have, and its highest level. */
struct codec_choice {
    enum fp_codec codec;
    int max_level;
};

static const struct codec_choice choices[] = {
    {FP_CODEC_GZIP, FP_GZIP_LEVEL_MAX}, {FP_CODEC_ZSTD, FP_ZSTD_LEVEL_MAX}, {FP_CODEC_NONE, 0}};

static const struct codec_choice *find_choice(const char *name)
{
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
        if (strcmp(fp_codec_name(choices[i].codec), name) == 0)
            return &choices[i];
    return NULL;
}

static enum fp_code check_level(const struct codec_choice *choice, int64_t level,
                                struct fp_error *err)
{
    const char *name = fp_codec_name(choice->codec);
    if (level == 0 || (level >= 1 && level <= choice->max_level))
        return FP_OK;
    if (choice->max_level == 0)
        return fp_fail(err, FP_E_USAGE,
                       "--compression-level %" PRId64 ": --compression %s has none", level, name);
    return fp_fail(err, FP_E_USAGE, "--compression-level %" PRId64 ": %s has 1 to %d", level, name,
                   choice->max_level);
}

enum fp_code fp_plan_compression(struct fp_plan *plan, const struct fp_build_options *options,
                                 struct fp_error *err)
{
    const char *name = options->compression != NULL ? options->compression : "gzip";
    const struct codec_choice *choice = find_choice(name);
    if (choice == NULL)
        return fp_fail(err, FP_E_USAGE, "--compression '%s': gzip, zstd or none", name);
    FP_TRY(check_level(choice, options->compression_level, err));
    plan->compression.codec = choice->codec;
    plan->compression.level = (int) options->compression_level;
    return FP_OK;
}
