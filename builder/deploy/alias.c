/* Settings of Flink that have an older and a newer name. */
#include <string.h>

#include "setting.h"

static const char *const pairs[][2] = {
    {"high-availability", "high-availability.type"},
    {"restart-strategy", "restart-strategy.type"},
    {"state.checkpoints.dir", "execution.checkpointing.dir"},
    {"state.savepoints.dir", "execution.checkpointing.savepoint-dir"},
};

const char *fp_setting_alias(const char *key)
{
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (strcmp(key, pairs[i][0]) == 0)
            return pairs[i][1];
        if (strcmp(key, pairs[i][1]) == 0)
            return pairs[i][0];
    }
    return NULL;
}
