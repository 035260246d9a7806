/* The options that are append's own. */
#include "args.h"

#define AT(member) .offset = offsetof(struct fp_args, member)

static const struct fp_option append_options[] = {
    {.name = "base",
     .kind = FP_OPTION_TEXT,
     .metavar = "NAME|IMAGE",
     AT(build.base),
     .decides = FP_DECIDES_SOURCE,
     .listed_by = "base list",
     .fallback = "scratch",
     .help = "scratch, which has nothing; a name of the catalogue; or REGISTRY/REPO:TAG, "
             "oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, rootfs:TAR"},
    {.name = "add",
     .kind = FP_OPTION_LIST,
     .metavar = "SRC:DEST[:MODE]",
     AT(build.add),
     .decides = FP_DECIDES_CONTENT,
     .help = "a file or folder, put at DEST in the image; {os}, {arch} and {variant} in SRC stand "
             "for those of each platform"},
    {.name = "layer",
     .kind = FP_OPTION_LIST,
     .metavar = "FILE",
     AT(append.layers),
     .decides = FP_DECIDES_CONTENT,
     .help = "a tar, tar.gz or tar.zst that becomes a layer below what --add puts there; {os}, "
             "{arch} and {variant} as there"},
    {.name = "platform",
     .kind = FP_OPTION_COMMAS,
     .metavar = "OS/ARCH,...",
     AT(build.platforms),
     .decides = FP_DECIDES_CONTENT,
     .fallback = "linux/amd64",
     .help = "the platforms; several make an index"},
    {.name = "image-name",
     .kind = FP_OPTION_TEXT,
     .metavar = "NAME[:TAG]",
     AT(build.image_name),
     .decides = FP_DECIDES_PLACE,
     .help = "what the image is called; has to be given"},
};

static const struct fp_option config_options[] = {
    {.name = "entrypoint",
     .kind = FP_OPTION_LIST,
     .metavar = "WORD|LIST",
     AT(append.entrypoint),
     .decides = FP_DECIDES_CONTENT,
     .flags = FP_OPTION_MAY_BE_EMPTY,
     .fallback = "the base's",
     .help = "the program that is started: a word each time, or one JSON list; '' for none. The "
             "base's --cmd is dropped"},
    {.name = "cmd",
     .kind = FP_OPTION_LIST,
     .metavar = "WORD|LIST",
     AT(append.cmd),
     .decides = FP_DECIDES_CONTENT,
     .flags = FP_OPTION_MAY_BE_EMPTY,
     .fallback = "the base's",
     .help = "its arguments, or the command where there is no entrypoint; likewise"},
    {.name = "user",
     .kind = FP_OPTION_TEXT,
     .metavar = "USER[:GROUP]",
     AT(build.user),
     .decides = FP_DECIDES_CONTENT,
     .fallback = "the base's",
     .help = "whom it runs as; Kubernetes wants a number"},
    {.name = "workdir",
     .kind = FP_OPTION_TEXT,
     .metavar = "DIR",
     AT(append.working_dir),
     .decides = FP_DECIDES_CONTENT,
     .fallback = "the base's",
     .help = "the folder that it starts in"},
};

const struct fp_option_group fp_options_append = FP_OPTION_GROUP("What", append_options);
const struct fp_option_group fp_options_append_config =
    FP_OPTION_GROUP("How it starts", config_options);
