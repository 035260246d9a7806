/* Making an index of classes. */
#include "api_build.h"

#include <stdlib.h>
#include <string.h>

#include "api_format.h"

/* A class; of two with one hash, the one that was added first comes first. */
struct api_row {
    uint64_t hash;
    uint32_t at; /* of its record among the words */
    uint32_t order;
};

/* Numbers that grow in number. */
struct api_words {
    uint32_t *items;
    size_t len;
    size_t cap;
};

struct fp_api_builder {
    struct api_row *classes;
    size_t class_count;
    size_t class_cap;
    struct api_words words;
    bool has_record; /* the last class has one, which is still open: */
    struct api_words supers;
    struct api_words members;
};

struct fp_api_builder *fp_api_builder_new(void)
{
    return fp_xcalloc(1, sizeof(struct fp_api_builder));
}

void fp_api_builder_free(struct fp_api_builder *builder)
{
    if (builder == NULL)
        return;
    free(builder->classes);
    free(builder->words.items);
    free(builder->supers.items);
    free(builder->members.items);
    free(builder);
}

static void add_word(struct api_words *words, uint32_t word)
{
    if (words->len == words->cap) {
        words->cap = words->cap * 2 + 64;
        words->items = fp_xreallocarray(words->items, words->cap, sizeof(*words->items));
    }
    words->items[words->len++] = word;
}

static void add_words(struct api_words *words, const struct api_words *from)
{
    for (size_t i = 0; i < from->len; i++)
        add_word(words, from->items[i]);
}

static int compare_words(const void *left, const void *right)
{
    const uint32_t *a = left;
    const uint32_t *b = right;
    return (*a > *b) - (*a < *b);
}

/* Write the open record. Where there is no more room, the class keeps its name only. */
static void close_record(struct fp_api_builder *builder)
{
    size_t need = 2 + builder->supers.len + builder->members.len;
    if (!builder->has_record)
        return;
    builder->has_record = false;
    if (builder->words.len + need > FP_API_MAX_WORDS)
        return;
    if (builder->members.len > 1)
        qsort(builder->members.items, builder->members.len, sizeof(uint32_t), compare_words);
    builder->classes[builder->class_count - 1].at = (uint32_t) builder->words.len;
    add_word(&builder->words, (uint32_t) (builder->supers.len / 2));
    add_word(&builder->words, (uint32_t) builder->members.len);
    add_words(&builder->words, &builder->supers);
    add_words(&builder->words, &builder->members);
}

bool fp_api_builder_class(struct fp_api_builder *builder, const char *name, size_t len)
{
    close_record(builder);
    if (builder->class_count == FP_API_MAX_CLASSES)
        return false;
    if (builder->class_count == builder->class_cap) {
        builder->class_cap = builder->class_cap * 2 + 256;
        builder->classes =
            fp_xreallocarray(builder->classes, builder->class_cap, sizeof(*builder->classes));
    }
    builder->classes[builder->class_count] =
        (struct api_row){.hash = fp_api_hash_class(name, len),
                         .at = FP_API_NO_RECORD,
                         .order = (uint32_t) builder->class_count};
    builder->class_count++;
    return true;
}

void fp_api_builder_record(struct fp_api_builder *builder)
{
    builder->has_record = true;
    builder->supers.len = 0;
    builder->members.len = 0;
}

void fp_api_builder_super(struct fp_api_builder *builder, struct fp_class_text name)
{
    uint64_t hash = fp_api_hash_class(name.data, name.len);
    add_word(&builder->supers, (uint32_t) hash);
    add_word(&builder->supers, (uint32_t) (hash >> 32));
}

void fp_api_builder_member(struct fp_api_builder *builder, struct fp_class_text name,
                           struct fp_class_text descriptor)
{
    add_word(&builder->members,
             fp_api_hash_member(name.data, name.len, descriptor.data, descriptor.len));
}

void fp_api_builder_drop(struct fp_api_builder *builder)
{
    builder->has_record = false;
}

static int compare_classes(const void *left, const void *right)
{
    const struct api_row *a = left;
    const struct api_row *b = right;
    int order = (a->hash > b->hash) - (a->hash < b->hash);
    return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

static void put_number(struct fp_buf *ret, uint64_t number, size_t bytes)
{
    unsigned char text[8];
    for (size_t i = 0; i < bytes; i++)
        text[i] = (unsigned char) (number >> (8 * i));
    fp_buf_put(ret, text, bytes);
}

void fp_api_builder_finish(struct fp_api_builder *builder, struct fp_buf *ret)
{
    close_record(builder);
    if (builder->class_count > 1)
        qsort(builder->classes, builder->class_count, sizeof(*builder->classes), compare_classes);
    fp_buf_put(ret, FP_API_MAGIC, strlen(FP_API_MAGIC));
    put_number(ret, builder->class_count, 4);
    put_number(ret, builder->words.len, 4);
    for (size_t i = 0; i < builder->class_count; i++) {
        put_number(ret, builder->classes[i].hash, 8);
        put_number(ret, builder->classes[i].at, 4);
        put_number(ret, 0, 4);
    }
    for (size_t i = 0; i < builder->words.len; i++)
        put_number(ret, builder->words.items[i], 4);
    fp_api_builder_free(builder);
}
