/* Reads the environment and the clock. */
#include "flinkpack/support/system.h"

#include <stdlib.h>
#include <time.h>

const char *fp_env(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : NULL;
}

int64_t fp_now_ms(void)
{
    struct timespec now = {0};
    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
