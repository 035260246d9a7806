/* Keeps in the local cache when packages were resolved, and tells how long ago that was. */
#include "age.h"

#include <string.h>
#include <time.h>

#include "known_image.h"

/* The kind of these records. */
#define RESOLVED "resolved"
#define HOUR_S   3600
#define DAY_S    (24 * (int64_t) HOUR_S)

static bool is_of_packages(const struct fp_own_layer *own)
{
    return strcmp(own->record.kind, "packages") == 0;
}

/* What the lock pins was not resolved now, and without the network it is as old as the indexes. */
void fp_age_keep(const struct fp_plan *plan, size_t platform, const struct fp_own_layer *own)
{
    const struct fp_record *record = &own->record;
    cleanup_free char *name = fp_platform_text(&plan->platforms[platform]);
    const json_t *addition = json_object_get(record->facts, "addition");
    const json_t *pinned =
        fp_lock_addition(plan->lock, name, record->kind, record->key, &record->diff_id);
    if (!is_of_packages(own) || addition == NULL || pinned != NULL || plan->context->offline)
        return;
    cleanup_json json_t *resolved = json_pack("{s:I}", "time", (json_int_t) time(NULL));
    fp_cache_put(plan->context->cache, RESOLVED, record->key, resolved);
}

/* How many seconds ago the packages of that key were resolved; -1: not known. */
static int64_t seconds_since(struct fp_cache *cache, const char *key)
{
    cleanup_json json_t *resolved = fp_cache_get(cache, RESOLVED, key);
    const json_t *when = json_object_get(resolved, "time");
    int64_t now = (int64_t) time(NULL);
    bool is_time =
        json_is_integer(when) && json_integer_value(when) > 0 && json_integer_value(when) <= now;
    return is_time ? now - json_integer_value(when) : -1;
}

static char *text_of(int64_t seconds)
{
    if (seconds < HOUR_S)
        return fp_xstrdup("less than an hour");
    bool in_days = seconds >= 2 * DAY_S;
    long long count = (long long) (in_days ? seconds / DAY_S : seconds / HOUR_S);
    return fp_xasprintf("%lld %s%s", count, in_days ? "day" : "hour", count == 1 ? "" : "s");
}

void fp_age_tell(const struct fp_plan *plan, const struct fp_platform_image *images)
{
    int64_t oldest = -1;
    for (size_t i = 0; i < plan->platform_count; i++) {
        for (size_t k = 0; k < images[i].layer_count; k++) {
            const struct fp_own_layer *own = &images[i].layers[k];
            int64_t seconds = is_of_packages(own) && own->from != NULL
                                  ? seconds_since(plan->context->cache, own->record.key)
                                  : -1;
            oldest = seconds > oldest ? seconds : oldest;
        }
    }
    if (oldest < 0)
        return;
    cleanup_free char *age = text_of(oldest);
    fp_report(plan->context->reporter, FP_EVENT_INFO,
              "the packages were resolved %s ago; %s resolves them anew", age,
              plan->lock != NULL ? "'flinkpack lock'" : "--refresh");
}

char *fp_packages_age(struct fp_cache *cache, const struct fp_config *config)
{
    cleanup_json json_t *label = fp_known_label(config);
    const json_t *layer = fp_known_label_layer(label, "packages", NULL);
    const char *key = fp_json_string(layer, "key");
    int64_t seconds = key != NULL ? seconds_since(cache, key) : -1;
    return seconds >= 0 ? text_of(seconds) : NULL;
}
