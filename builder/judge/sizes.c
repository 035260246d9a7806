/* Single sizes of memory: what the settings say, or Flink's defaults. */
#include "sizes.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "value.h"

/* The last setting of a key, or NULL. */
static const struct fp_judged_setting *last_of(const struct fp_sizes *sizes, const char *key,
                                               size_t len)
{
    for (size_t i = sizes->count; i > 0; i--) {
        const struct fp_judged_setting *setting = &sizes->settings[i - 1];
        if (strncmp(setting->key, key, len) == 0 && setting->key[len] == '\0')
            return setting;
    }
    return NULL;
}

const struct fp_judged_setting *fp_sizes_setting(struct fp_sizes *sizes, const char *key)
{
    const struct fp_judged_setting *setting = last_of(sizes, key, strlen(key));
    const char *cursor = fp_conf_option_begin();
    struct fp_conf_option option;
    while (setting == NULL && fp_conf_option_next(&cursor, &option))
        if (option.relation != '\0' && fp_conf_word_is(option.value, key) &&
            option.first <= sizes->number && sizes->number <= option.last)
            setting = last_of(sizes, option.key.text, option.key.len);
    return setting;
}

uint64_t fp_sizes_get(struct fp_sizes *sizes, const char *key, uint64_t none)
{
    const struct fp_judged_setting *setting = fp_sizes_setting(sizes, key);
    uint64_t size = none;
    if (setting == NULL)
        return none;
    cleanup_free char *bare = fp_conf_value_bare(setting->value);
    if (!fp_conf_value_bytes(bare, &size) || size > (uint64_t) 1 << 50)
        sizes->is_unread = true;
    return size;
}

static double fraction_of(struct fp_sizes *sizes, const char *key, double none)
{
    const struct fp_judged_setting *setting = fp_sizes_setting(sizes, key);
    if (setting == NULL)
        return none;
    cleanup_free char *bare = fp_conf_value_bare(setting->value);
    char *end = NULL;
    double fraction = strtod(bare, &end);
    if (end == bare || *end != '\0')
        sizes->is_unread = true;
    return fraction;
}

struct fp_size_range fp_sizes_range(struct fp_sizes *sizes, const char *key,
                                    struct fp_size_range none)
{
    cleanup_free char *min = fp_xasprintf("%s.min", key);
    cleanup_free char *max = fp_xasprintf("%s.max", key);
    cleanup_free char *fraction = fp_xasprintf("%s.fraction", key);
    return (struct fp_size_range){
        .min = fp_sizes_get(sizes, min, none.min),
        .max = fp_sizes_get(sizes, max, none.max),
        .fraction = fraction_of(sizes, fraction, none.fraction),
    };
}

static uint64_t in_range(double size, struct fp_size_range range)
{
    if (size <= (double) range.min)
        return range.min;
    return size >= (double) range.max ? range.max : (uint64_t) size;
}

uint64_t fp_size_part(uint64_t of, struct fp_size_range range)
{
    return in_range((double) of * range.fraction, range);
}

uint64_t fp_size_part_beside(uint64_t rest, struct fp_size_range range)
{
    return in_range((double) rest * (range.fraction / (1 - range.fraction)), range);
}

const char *fp_size_text(uint64_t size, char ret[FP_SIZE_TEXT])
{
    const uint64_t mib = (uint64_t) 1 << 20;
    if (size % mib == 0)
        (void) snprintf(ret, FP_SIZE_TEXT, "%" PRIu64 "m", size / mib);
    else if (size > 10 * mib)
        (void) snprintf(ret, FP_SIZE_TEXT, "%.1fm", (double) size / (double) mib);
    else
        (void) snprintf(ret, FP_SIZE_TEXT, "%" PRIu64 " bytes", size);
    return ret;
}
