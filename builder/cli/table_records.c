/* The options that say what of earlier builds is used. */
#include "table.h"

static const struct fp_option records_options[] = {
    FP_OPTION(LIST, "cache-from", "IMAGE", build.cache_from, SOURCE,
              "an earlier image whose layers may be used, beside the one that is replaced"),
    FP_OPTION(TEXT, "cache-repo", "REPOSITORY", build.cache_repo, SOURCE,
              "where layers are kept for all images of a team: a repository of its registry, "
              "without a tag; what is pushed is kept there too"),
    FP_OPTION(
        CHOICE, "cache-trust", "WHOM", build.cache_trust, CREDENTIALS,
        "whose word is taken for what a layer is made of: named, the images that are replaced "
        "or in --cache-from and --cache-repo; none, this machine's cache alone",
        .choices = "named none", .fallback = "named"),
    FP_FLAG("explain", build.explain, CONTENT, "say of each layer that is made why it is"),
};

const struct fp_option_group fp_options_records =
    FP_OPTION_GROUP("Earlier builds", records_options);
