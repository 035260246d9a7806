/* The options that only check has. */
#include "table.h"

static const struct fp_option check_options[] = {
    FP_OPTION_ALLOW,
    FP_OPTION(CHOICE, "output", "FORMAT", format, UNSAID, "how it is told: text or json",
              .letter = 'o', .choices = "text json", .flags = FP_OPTION_ARGV_ONLY,
              .fallback = "text"),
};

const struct fp_option_group fp_options_check = FP_OPTION_GROUP("Check", check_options);
