/* Computes how well a platform of an index fits the wanted one. */
#include "internal.h"

#include <string.h>

/* "v7" gives 70, "v8.2" gives 82, and other texts give 0. */
static unsigned variant_level(const char *variant)
{
    if (variant[0] != 'v' || variant[1] < '1' || variant[1] > '9')
        return 0;
    unsigned level = (unsigned) (variant[1] - '0') * 10;
    if (variant[2] == '\0')
        return level;
    if (variant[2] != '.' || variant[3] < '0' || variant[3] > '9' || variant[4] != '\0')
        return 0;
    return level + (unsigned) (variant[3] - '0');
}

/* Architectures whose variants extend each other, and the level without a variant. */
static const struct ladder {
    const char *architecture;
    unsigned plain;
} ladders[] = {{"amd64", 10}, {"arm", 70}, {"arm64", 80}};

static unsigned platform_level(const struct fp_platform *platform)
{
    for (size_t i = 0; i < sizeof(ladders) / sizeof(ladders[0]); i++) {
        if (strcmp(platform->architecture, ladders[i].architecture) == 0)
            return platform->variant[0] == '\0' ? ladders[i].plain
                                                : variant_level(platform->variant);
    }
    return 0;
}

unsigned fp_platform_score(const struct fp_platform *want, const struct fp_platform *have)
{
    if (strcmp(want->os, have->os) != 0 || strcmp(want->architecture, have->architecture) != 0)
        return 0;
    if (strcmp(want->variant, have->variant) == 0)
        return 1000;
    /* A processor runs images for lower levels, so the nearest lower level is best. */
    unsigned want_level = platform_level(want);
    unsigned have_level = platform_level(have);
    return have_level > 0 && have_level <= want_level ? have_level : 0;
}

bool fp_platform_matches(const struct fp_platform *want, const struct fp_platform *have)
{
    return fp_platform_score(want, have) > 0;
}
