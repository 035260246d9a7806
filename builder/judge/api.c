/* Reading an index of classes, and looking references up in it. */
#include "flinkpack/judge/api.h"

#include <stdlib.h>
#include <string.h>

#include "api_format.h"
#include "api_jdk.h"

/* The most classes that are looked through for one member. Real ones inherit from some twenty. */
#define MAX_INHERITED 256

/* An index. Those that are asked with it are in a list. */
struct fp_api {
    unsigned char *data;
    const unsigned char *classes;
    size_t class_count;
    const unsigned char *words;
    size_t word_count;
    struct fp_api *next;
};

static uint32_t number_at(const unsigned char *at)
{
    return at[0] | (uint32_t) at[1] << 8 | (uint32_t) at[2] << 16 | (uint32_t) at[3] << 24;
}

static uint32_t word_at(const struct fp_api *api, size_t i)
{
    return number_at(api->words + 4 * i);
}

static uint64_t hash_at(const struct fp_api *api, size_t i)
{
    const unsigned char *at = api->classes + FP_API_CLASS_BYTES * i;
    return number_at(at) | (uint64_t) number_at(at + 4) << 32;
}

static uint32_t record_at(const struct fp_api *api, size_t i)
{
    return number_at(api->classes + FP_API_CLASS_BYTES * i + 8);
}

/* Whether a record lies within the words. */
static bool is_record(const struct fp_api *api, size_t at)
{
    if (at == FP_API_NO_RECORD)
        return true;
    if (api->word_count < 2 || at > api->word_count - 2)
        return false;
    return (uint64_t) word_at(api, at) * 2 + word_at(api, at + 1) <= api->word_count - 2 - at;
}

/* Whether all of it lies within the bytes, and is ordered. */
static bool is_sound(struct fp_api *api, size_t len)
{
    if (len < FP_API_HEAD_BYTES || memcmp(api->data, FP_API_MAGIC, strlen(FP_API_MAGIC)) != 0)
        return false;
    api->class_count = number_at(api->data + 8);
    api->word_count = number_at(api->data + 12);
    if (api->class_count > FP_API_MAX_CLASSES || api->word_count > FP_API_MAX_WORDS ||
        len != FP_API_HEAD_BYTES + api->class_count * FP_API_CLASS_BYTES + api->word_count * 4)
        return false;
    api->classes = api->data + FP_API_HEAD_BYTES;
    api->words = api->classes + api->class_count * FP_API_CLASS_BYTES;
    for (size_t i = 0; i < api->class_count; i++)
        if ((i > 0 && hash_at(api, i) < hash_at(api, i - 1)) || !is_record(api, record_at(api, i)))
            return false;
    return true;
}

enum fp_code fp_api_parse(const void *data, size_t len, const char *title, struct fp_api **ret,
                          struct fp_error *err)
{
    cleanup_api struct fp_api *api = fp_xcalloc(1, sizeof(*api));
    if (len > FP_API_MAX_BYTES)
        return fp_fail(err, FP_E_INPUT, "%s: too large for an index of classes", title);
    api->data = fp_xmalloc(len + 1);
    if (len > 0)
        memcpy(api->data, data, len);
    if (!is_sound(api, len))
        return fp_fail(err, FP_E_INPUT, "%s: no index of classes of this version", title);
    *ret = steal_pointer(&api);
    return FP_OK;
}

void fp_api_join(struct fp_api *api, struct fp_api *take_other)
{
    while (api->next != NULL)
        api = api->next;
    api->next = take_other;
}

/* The first class whose hash is not below. */
static size_t lower_bound(const struct fp_api *api, uint64_t hash)
{
    size_t from = 0;
    size_t to = api->class_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (hash_at(api, middle) < hash)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* A search for a member. */
struct api_search {
    uint64_t inherited[MAX_INHERITED]; /* the class, and what it inherits from, as it is found */
    size_t len;
    uint32_t member;
    const char *name;
    bool stays;      /* a constructor: it is not inherited */
    bool is_unknown; /* something that it inherits from is not known */
};

static void follow(struct api_search *search, uint64_t hash)
{
    for (size_t i = 0; i < search->len; i++)
        if (search->inherited[i] == hash)
            return;
    if (search->len < MAX_INHERITED)
        search->inherited[search->len++] = hash;
    else
        search->is_unknown = true;
}

static bool has_member(const struct fp_api *api, size_t from, size_t count, uint32_t member)
{
    size_t to = from + count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        uint32_t word = word_at(api, middle);
        if (word == member)
            return true;
        if (word < member)
            from = middle + 1;
        else
            to = middle;
    }
    return false;
}

/* Look into one record, and note what its class inherits from. */
static bool look_into(const struct fp_api *api, size_t at, struct api_search *search)
{
    if (at == FP_API_NO_RECORD) {
        search->is_unknown = true;
        return false;
    }
    size_t supers = word_at(api, at);
    size_t first = at + 2 + 2 * supers;
    if (has_member(api, first, word_at(api, at + 1), search->member))
        return true;
    for (size_t i = at + 2; i < first && !search->stays; i += 2)
        follow(search, word_at(api, i) | (uint64_t) word_at(api, i + 1) << 32);
    return false;
}

/* Look into the classes of one name. `*ret_any`: there is one. */
static bool look_at(const struct fp_api *api, uint64_t hash, struct api_search *search,
                    bool *ret_any)
{
    for (; api != NULL; api = api->next) {
        for (size_t i = lower_bound(api, hash); i < api->class_count && hash_at(api, i) == hash;
             i++) {
            *ret_any = true;
            if (look_into(api, record_at(api, i), search))
                return true;
        }
    }
    return false;
}

static enum fp_api_answer find_member(const struct fp_api *api, struct api_search *search)
{
    for (size_t i = 0; i < search->len; i++) {
        bool any = false;
        if (look_at(api, search->inherited[i], search, &any))
            return FP_API_THERE;
        if (any)
            continue;
        bool knows = false;
        if (fp_api_jdk_has(search->inherited[i], search->name, &knows))
            return FP_API_THERE;
        search->is_unknown = search->is_unknown || !knows;
    }
    return search->is_unknown ? FP_API_UNKNOWN : FP_API_NO_MEMBER;
}

static bool has_class(const struct fp_api *api, uint64_t hash)
{
    for (; api != NULL; api = api->next) {
        size_t at = lower_bound(api, hash);
        if (at < api->class_count && hash_at(api, at) == hash)
            return true;
    }
    return false;
}

/* The class that an array is of: "[[Lorg/acme/X;" is of org/acme/X; of no class if it is empty. */
static const char *element_of(const char *name, size_t *ret_len)
{
    size_t dimensions = strspn(name, "[");
    *ret_len = strlen(name);
    if (dimensions == 0)
        return name;
    const char *element = name + dimensions;
    *ret_len = element[0] == 'L' ? strcspn(element + 1, ";") : 0;
    return element[0] == 'L' ? element + 1 : element;
}

enum fp_api_answer fp_api_find(const struct fp_api *api, const char *class_name, const char *member,
                               const char *descriptor)
{
    size_t len = 0;
    const char *name = element_of(class_name, &len);
    uint64_t hash = fp_api_hash_class(name, len);
    bool is_array = class_name[0] == '[';
    if (len == 0)
        return FP_API_THERE;
    if (!has_class(api, hash))
        return strncmp(name, "java/", 5) == 0 ? FP_API_UNKNOWN : FP_API_NO_CLASS;
    if (member == NULL || is_array)
        return FP_API_THERE;
    struct api_search search = {
        .name = member,
        .member = fp_api_hash_member(member, strlen(member), descriptor, strlen(descriptor)),
        .stays = member[0] == '<'};
    follow(&search, hash);
    return find_member(api, &search);
}

void fp_api_free(struct fp_api *api)
{
    while (api != NULL) {
        struct fp_api *next = api->next;
        free(api->data);
        free(api);
        api = next;
    }
}
