/* The options that only rebase has. */
#include "table.h"

static const struct fp_option rebase_options[] = {
    FP_OPTION(TEXT, "onto", "NAME|IMAGE", build.base, UNSAID,
              "the new base: a name of the catalogue, or REGISTRY/REPO:TAG, oci:DIR[:TAG], "
              "oci-archive:FILE, docker-archive:FILE, rootfs:TAR",
              .flags = FP_OPTION_ARGV_ONLY, .listed_by = "base list",
              .fallback = "the base that the image names, as it is now"),
    FP_OPTION(LIST, "tag", "TAG|NAME", build.tags, UNSAID,
              "what the new image is called: a tag beside the image's own, or a name",
              .flags = FP_OPTION_ARGV_ONLY, .letter = 't', .fallback = "as the image is"),
    FP_OPTION_EPOCH,
    FP_FLAG("dry-run", build.dry_run, UNSAID,
            "do everything but write the image; the digest is the one that it would have",
            .flags = FP_OPTION_ARGV_ONLY),
};

const struct fp_option_group fp_options_rebase = FP_OPTION_GROUP("Onto", rebase_options);
