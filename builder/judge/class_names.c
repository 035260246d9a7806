/* A table of names: an arena, and open addressing. */
#include "class_names.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "flinkpack/support.h"

#define MULTIPLIER UINT64_C(0x9e3779b97f4a7c15)
/* The most slots that are looked at for a name. With half of the slots free, honest names need a
 * few dozens at most. */
#define MAX_PROBES 512

uint64_t fp_names_hash(uint64_t seed, const char *text, size_t len)
{
    uint64_t hash = (seed ^ len) * MULTIPLIER;
    while (len > 0) {
        uint64_t word = 0;
        size_t part = len < sizeof(word) ? len : sizeof(word);
        memcpy(&word, text, part);
        hash = (hash ^ word) * MULTIPLIER;
        hash ^= hash >> 29;
        text += part;
        len -= part;
    }
    /* The last steps of MurmurHash3: names that differ in a digit are near each other up to here.
     */
    hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 33;
}

static size_t length(const struct fp_names *names, uint32_t number)
{
    size_t end = number + 1 < names->count ? names->starts[number + 1] : names->len;
    return end - names->starts[number] - 1;
}

/* The slot of a name, or the free one where it belongs. NULL: there is none. */
static struct fp_name_slot *find_slot(const struct fp_names *names, uint32_t hash, const char *text,
                                      size_t len)
{
    size_t mask = names->slot_count - 1;
    for (size_t i = 0; i < MAX_PROBES; i++) {
        struct fp_name_slot *slot = &names->slots[(hash + i) & mask];
        if (slot->number == 0)
            return slot;
        if (slot->hash == hash && length(names, slot->number - 1) == len &&
            memcmp(fp_names_text(names, slot->number - 1), text, len) == 0)
            return slot;
    }
    return NULL;
}

static void grow_slots(struct fp_names *names)
{
    struct fp_name_slot *before = names->slots;
    size_t count = names->slot_count;
    if (count == 0 && getrandom(&names->seed, sizeof(names->seed), GRND_NONBLOCK) < 0)
        names->seed = MULTIPLIER;
    names->slot_count = count == 0 ? 1024 : count * 2;
    names->slots = fp_xcalloc(names->slot_count, sizeof(*names->slots));
    for (size_t i = 0; i < count; i++) {
        size_t at = before[i].hash;
        while (before[i].number != 0 && names->slots[at & (names->slot_count - 1)].number != 0)
            at++;
        if (before[i].number != 0)
            names->slots[at & (names->slot_count - 1)] = before[i];
    }
    free(before);
}

static void append(struct fp_names *names, const char *text, size_t len)
{
    if (names->count == names->start_cap) {
        names->start_cap = names->start_cap * 2 + 512;
        names->starts = fp_xreallocarray(names->starts, names->start_cap, sizeof(*names->starts));
    }
    if (names->len + len + 1 > names->cap) {
        names->cap = names->cap + names->cap / 2 + len + 65536;
        names->text = fp_xreallocarray(names->text, names->cap, 1);
    }
    names->starts[names->count++] = (uint32_t) names->len;
    memcpy(names->text + names->len, text, len);
    names->len += len;
    names->text[names->len++] = '\0';
}

uint32_t fp_names_find(const struct fp_names *names, const char *text, size_t len)
{
    if (names->slot_count == 0)
        return FP_NO_NAME;
    uint32_t hash = (uint32_t) fp_names_hash(names->seed, text, len);
    const struct fp_name_slot *slot = find_slot(names, hash, text, len);
    return slot != NULL && slot->number != 0 ? slot->number - 1 : FP_NO_NAME;
}

uint32_t fp_names_add(struct fp_names *names, const char *text, size_t len)
{
    if (2 * ((size_t) names->count + 1) > names->slot_count)
        grow_slots(names);
    uint32_t hash = (uint32_t) fp_names_hash(names->seed, text, len);
    struct fp_name_slot *slot = find_slot(names, hash, text, len);
    if (slot == NULL)
        return FP_NO_NAME;
    if (slot->number != 0)
        return slot->number - 1;
    if (names->count >= FP_NAMES_MAX || len >= FP_NAMES_MAX_BYTES - names->len)
        return FP_NO_NAME;
    append(names, text, len);
    *slot = (struct fp_name_slot){hash, names->count};
    return names->count - 1;
}

const char *fp_names_text(const struct fp_names *names, uint32_t number)
{
    return names->text + names->starts[number];
}

void fp_names_clear(struct fp_names *names)
{
    free(names->text);
    free(names->starts);
    free(names->slots);
    *names = (struct fp_names){0};
}
