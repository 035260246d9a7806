/* How a job is judged: the options of build, and of check. */
#include "table.h"

static const struct fp_option judge_options[] = {
    FP_OPTION(CHOICE, "check", "HOW", build.check, CONTENT,
              "what becomes of what 'flinkpack check' would find: off, it is not looked for; warn; "
              "or strict, what cannot run ends the build before anything is pushed",
              .choices = "off warn strict", .fallback = "warn"),
    FP_OPTION_ALLOW,
};

static const struct fp_option check_options[] = {
    FP_OPTION(TEXT, "image", "IMAGE", image, UNSAID,
              "an image with Flink that is there already: what it has and how it starts is judged",
              .listed_by = FP_LISTED_IMAGES, .rivals = "flink", .flags = FP_OPTION_ARGV_ONLY),
    FP_OPTION_ALLOW,
    FP_OPTION_MUSL_NATIVES,
    FP_OPTION_ENV,
    FP_OPTION(CHOICE, "output", "FORMAT", format, UNSAID, "how it is told: text or json",
              .letter = 'o', .choices = "text json", .flags = FP_OPTION_ARGV_ONLY,
              .fallback = "text"),
};

const struct fp_option_group fp_options_judge = FP_OPTION_GROUP("Check", judge_options);
const struct fp_option_group fp_options_check = FP_OPTION_GROUP("Check", check_options);
