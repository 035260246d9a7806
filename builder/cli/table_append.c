/* The options that only append has. */
#include "table.h"

static const struct fp_option append_options[] = {
    FP_OPTION(TEXT, "base", "NAME|IMAGE", build.base, SOURCE,
              "scratch, which has nothing; a name of the catalogue; or REGISTRY/REPO:TAG, "
              "oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, rootfs:TAR",
              .listed_by = "base list", .fallback = "scratch"),
    FP_OPTION_ADD,
    FP_OPTION(LIST, "layer", "FILE", append.layers, CONTENT,
              "a tar, tar.gz or tar.zst that becomes a layer below what --add puts there; {os}, "
              "{arch} and {variant} as there"),
    FP_OPTION_PLATFORMS,
    FP_OPTION(TEXT, "image-name", "NAME[:TAG]", build.image_name, PLACE,
              "what the image is called; has to be given"),
};

static const struct fp_option config_options[] = {
    FP_OPTION(LIST, "entrypoint", "WORD|LIST", append.entrypoint, CONTENT,
              "the program that is started: a word each time, or one JSON list; '' for none. The "
              "base's --cmd is dropped",
              .flags = FP_OPTION_MAY_BE_EMPTY, .fallback = "the base's"),
    FP_OPTION(LIST, "cmd", "WORD|LIST", append.cmd, CONTENT,
              "its arguments, or the command where there is no entrypoint; likewise",
              .flags = FP_OPTION_MAY_BE_EMPTY, .fallback = "the base's"),
    FP_OPTION(TEXT, "user", "USER[:GROUP]", build.user, CONTENT,
              "whom it runs as; Kubernetes wants a number", .fallback = "the base's"),
    FP_OPTION(TEXT, "workdir", "DIR", append.working_dir, CONTENT, "the folder that it starts in",
              .fallback = "the base's"),
};

const struct fp_option_group fp_options_append = FP_OPTION_GROUP("What", append_options);
const struct fp_option_group fp_options_append_config =
    FP_OPTION_GROUP("How it starts", config_options);
