/* Parsing class files: the constant pool, what the class is, and its members. */
#include "class_file.h"

#include <string.h>

enum constant_tag {
    TAG_UTF8 = 1,
    TAG_LONG = 5,
    TAG_DOUBLE = 6,
    TAG_CLASS = 7,
    TAG_STRING = 8,
    TAG_FIELD = 9,
    TAG_METHOD = 10,
    TAG_INTERFACE_METHOD = 11,
    TAG_NAME_AND_TYPE = 12,
    TAG_INVOKE_DYNAMIC = 18,
};

/* A constant's place is its offset, and how it is used. An offset above this is refused. */
#define OFFSET_MASK  0x3fffffffu
#define USE_AS_OWNER 0x40000000u /* it has members, is a parent, or the class itself */
#define USE_AS_INNER 0x80000000u /* it is listed in InnerClasses */

/* The array dimensions that a JVM allows (4.4.1). */
#define MAX_DIMENSIONS 255

static unsigned u16(const struct fp_class_file *file, size_t at)
{
    return (unsigned) file->data[at] << 8 | file->data[at + 1];
}

static size_t u32(const struct fp_class_file *file, size_t at)
{
    return (size_t) u16(file, at) << 16 | u16(file, at + 2);
}

/* Whether `count` bytes are there. */
static bool has(const struct fp_class_file *file, size_t at, size_t count)
{
    return at <= file->len && count <= file->len - at;
}

/* The size, without the tag, of a constant that is not text; 0: unknown tag. */
static size_t size_of(unsigned tag)
{
    static const unsigned char SIZES[] = {
        [3] = 4,  [4] = 4,  [5] = 8,  [6] = 8,  [7] = 2,  [8] = 2,  [9] = 4,  [10] = 4,
        [11] = 4, [12] = 4, [15] = 3, [16] = 2, [17] = 4, [18] = 4, [19] = 2, [20] = 2};
    return tag < sizeof(SIZES) ? SIZES[tag] : 0;
}

/* Find all constants; `*at` is moved behind them. */
static bool read_pool(struct fp_class_file *file, size_t *at)
{
    file->constant_count = u16(file, 8);
    if (file->constant_count > file->place_cap) {
        free(file->places);
        file->place_cap = file->constant_count;
        file->places = fp_xcalloc(file->place_cap, sizeof(*file->places));
    }
    for (unsigned i = 0; i < file->constant_count; i++)
        file->places[i] = 0;
    *at = 10;
    for (unsigned i = 1; i < file->constant_count; i++) {
        if (!has(file, *at, 3))
            return false;
        unsigned tag = file->data[*at];
        size_t size = tag == TAG_UTF8 ? 2 + (size_t) u16(file, *at + 1) : size_of(tag);
        if (size == 0 || !has(file, *at, 1 + size))
            return false;
        file->places[i] = (uint32_t) *at;
        i += tag == TAG_LONG || tag == TAG_DOUBLE;
        *at += 1 + size;
    }
    return true;
}

/* The offset of a constant of this kind, or 0. */
static size_t find(const struct fp_class_file *file, unsigned index, unsigned tag)
{
    size_t at = index < file->constant_count ? file->places[index] & OFFSET_MASK : 0;
    return at != 0 && file->data[at] == tag ? at : 0;
}

static struct fp_class_text text_at(const struct fp_class_file *file, unsigned index)
{
    size_t at = find(file, index, TAG_UTF8);
    if (at == 0)
        return (struct fp_class_text){.data = ""};
    return (struct fp_class_text){(const char *) file->data + at + 3, u16(file, at + 1), index};
}

/* The name that a constant of a class has: that of a class or an array. */
static struct fp_class_text class_at(const struct fp_class_file *file, unsigned index)
{
    size_t at = find(file, index, TAG_CLASS);
    return text_at(file, at != 0 ? u16(file, at + 1) : 0);
}

static void mark(struct fp_class_file *file, unsigned index, uint32_t use)
{
    if (find(file, index, TAG_CLASS) != 0)
        file->places[index] |= use;
}

static bool is_member(unsigned tag)
{
    return tag == TAG_FIELD || tag == TAG_METHOD || tag == TAG_INTERFACE_METHOD;
}

static void mark_owners(struct fp_class_file *file)
{
    for (unsigned i = 1; i < file->constant_count; i++) {
        size_t at = file->places[i] & OFFSET_MASK;
        if (at != 0 && is_member(file->data[at]))
            mark(file, u16(file, at + 1), USE_AS_OWNER);
    }
}

/* Read this class, its parents, and where they are. */
static bool read_parents(struct fp_class_file *file, size_t *at)
{
    if (!has(file, *at, 8))
        return false;
    file->access = u16(file, *at);
    file->name = class_at(file, u16(file, *at + 2));
    file->super = class_at(file, u16(file, *at + 4));
    file->interface_count = u16(file, *at + 6);
    file->interfaces_at = *at + 8;
    if (file->name.index == 0 || !has(file, *at + 8, (size_t) 2 * file->interface_count))
        return false;
    mark(file, u16(file, *at + 2), USE_AS_OWNER);
    mark(file, u16(file, *at + 4), USE_AS_OWNER);
    for (unsigned i = 0; i < file->interface_count; i++)
        mark(file, u16(file, file->interfaces_at + 2 * (size_t) i), USE_AS_OWNER);
    *at += 8 + (size_t) 2 * file->interface_count;
    return true;
}

/* The end of a list of attributes, or 0. */
static size_t behind_attributes(const struct fp_class_file *file, size_t at)
{
    if (!has(file, at, 2))
        return 0;
    unsigned count = u16(file, at);
    at += 2;
    for (unsigned i = 0; i < count; i++) {
        if (!has(file, at, 6) || !has(file, at + 6, u32(file, at + 2)))
            return 0;
        at += 6 + u32(file, at + 2);
    }
    return at;
}

/* Go behind a list of members. */
static bool skip_members(const struct fp_class_file *file, size_t *at, unsigned *ret_count)
{
    if (!has(file, *at, 2))
        return false;
    *ret_count = u16(file, *at);
    *at += 2;
    for (unsigned i = 0; i < *ret_count; i++) {
        size_t end = has(file, *at, 8) ? behind_attributes(file, *at + 6) : 0;
        if (end == 0)
            return false;
        *at = end;
    }
    return true;
}

static void mark_inner(struct fp_class_file *file, size_t at, size_t len)
{
    unsigned count = len >= 2 ? u16(file, at) : 0;
    for (unsigned i = 0; i < count && 2 + (size_t) 8 * (i + 1) <= len; i++) {
        mark(file, u16(file, at + 2 + (size_t) 8 * i), USE_AS_INNER);
        mark(file, u16(file, at + 4 + (size_t) 8 * i), USE_AS_INNER);
    }
}

static bool read_attributes(struct fp_class_file *file, size_t at)
{
    if (behind_attributes(file, at) == 0)
        return false;
    unsigned count = u16(file, at);
    at += 2;
    for (unsigned i = 0; i < count; i++) {
        size_t len = u32(file, at + 2);
        if (fp_class_text_is(text_at(file, u16(file, at)), "InnerClasses"))
            mark_inner(file, at + 6, len);
        at += 6 + len;
    }
    return true;
}

bool fp_class_parse(struct fp_class_file *file, const void *data, size_t len)
{
    size_t at = 0;
    file->data = data;
    file->len = len;
    if (len < 10 || len > OFFSET_MASK || memcmp(data, "\xca\xfe\xba\xbe", 4) != 0)
        return false;
    file->major = u16(file, 6);
    if (!read_pool(file, &at) || !read_parents(file, &at))
        return false;
    file->members_at = at;
    mark_owners(file);
    return skip_members(file, &at, &file->field_count) &&
           skip_members(file, &at, &file->method_count) && read_attributes(file, at);
}

struct fp_class_text fp_class_interface(const struct fp_class_file *file, unsigned index)
{
    return class_at(file, index < file->interface_count
                              ? u16(file, file->interfaces_at + 2 * (size_t) index)
                              : 0);
}

bool fp_class_next_member(const struct fp_class_file *file, struct fp_class_cursor *cursor,
                          struct fp_class_member *ret)
{
    if (cursor->count >= file->field_count + file->method_count)
        return false;
    if (cursor->count == 0)
        cursor->at = file->members_at + 2;
    ret->is_field = cursor->count < file->field_count;
    /* The number of methods stands between the two lists. */
    if (cursor->count == file->field_count)
        cursor->at += 2;
    ret->access = u16(file, cursor->at);
    ret->name = text_at(file, u16(file, cursor->at + 2));
    ret->descriptor = text_at(file, u16(file, cursor->at + 4));
    ret->attributes = cursor->at + 6;
    cursor->at = behind_attributes(file, ret->attributes);
    cursor->count++;
    return true;
}

/* Take the class of its elements out of an array. */
static void strip_array(struct fp_class_reference *reference)
{
    struct fp_class_text *text = &reference->text;
    size_t dimensions = 0;
    while (dimensions < text->len && dimensions < MAX_DIMENSIONS && text->data[dimensions] == '[')
        dimensions++;
    reference->is_array = dimensions > 0;
    if (dimensions == 0)
        return;
    text->data += dimensions;
    text->len -= dimensions;
    if (text->len > 2 && text->data[0] == 'L' && text->data[text->len - 1] == ';') {
        text->data++;
        text->len -= 2;
    } else {
        text->len = 0;
    }
}

/* Read the name and the descriptor that a constant of a member or a call site ends with. */
static void read_pair(const struct fp_class_file *file, size_t at, struct fp_class_reference *ret)
{
    size_t pair = find(file, u16(file, at + 3), TAG_NAME_AND_TYPE);
    ret->member = text_at(file, pair != 0 ? u16(file, pair + 1) : 0);
    ret->descriptor = text_at(file, pair != 0 ? u16(file, pair + 3) : 0);
}

bool fp_class_reference_at(const struct fp_class_file *file, unsigned index,
                           struct fp_class_reference *ret)
{
    uint32_t place = index < file->constant_count ? file->places[index] : 0;
    size_t at = place & OFFSET_MASK;
    unsigned tag = at != 0 ? file->data[at] : 0;
    *ret = (struct fp_class_reference){.text.data = "", .member.data = "", .descriptor.data = ""};
    if (tag == TAG_CLASS || tag == TAG_STRING) {
        ret->kind = tag == TAG_CLASS ? FP_REFERENCE_CLASS : FP_REFERENCE_STRING;
        ret->text = text_at(file, u16(file, at + 1));
        ret->may_be_nominal = (place & USE_AS_INNER) != 0 && (place & USE_AS_OWNER) == 0;
    } else if (is_member(tag)) {
        ret->kind = tag == TAG_FIELD ? FP_REFERENCE_FIELD : FP_REFERENCE_METHOD;
        ret->text = class_at(file, u16(file, at + 1));
        read_pair(file, at, ret);
    } else if (tag == TAG_INVOKE_DYNAMIC) {
        ret->kind = FP_REFERENCE_DYNAMIC;
        read_pair(file, at, ret);
    } else {
        return false;
    }
    if (tag != TAG_STRING)
        strip_array(ret);
    return true;
}

bool fp_class_next_reference(const struct fp_class_file *file, unsigned *index,
                             struct fp_class_reference *ret)
{
    for (*index += 1; *index < file->constant_count; *index += 1)
        if (fp_class_reference_at(file, *index, ret) && ret->kind != FP_REFERENCE_DYNAMIC)
            return true;
    return false;
}

bool fp_class_attribute(const struct fp_class_file *file, size_t attributes, const char *name,
                        const unsigned char **ret, size_t *ret_len)
{
    unsigned count = u16(file, attributes);
    size_t at = attributes + 2;
    for (unsigned i = 0; i < count; i++) {
        *ret = file->data + at + 6;
        *ret_len = u32(file, at + 2);
        if (fp_class_text_is(text_at(file, u16(file, at)), name))
            return true;
        at += 6 + *ret_len;
    }
    return false;
}

bool fp_class_next_in_descriptor(struct fp_class_text *rest, struct fp_class_text *ret)
{
    while (rest->len > 0 && rest->data[0] != 'L') {
        rest->data++;
        rest->len--;
    }
    const char *end = rest->len > 0 ? memchr(rest->data, ';', rest->len) : NULL;
    if (end == NULL)
        return false;
    *ret = (struct fp_class_text){rest->data + 1, (size_t) (end - rest->data) - 1, rest->index};
    rest->len -= (size_t) (end + 1 - rest->data);
    rest->data = end + 1;
    return true;
}

void fp_class_file_clear(struct fp_class_file *file)
{
    free(file->places);
    *file = (struct fp_class_file){0};
}

bool fp_class_text_is(struct fp_class_text text, const char *other)
{
    size_t len = strlen(other);
    return text.len == len && memcmp(text.data, other, len) == 0;
}

bool fp_class_text_begins(struct fp_class_text text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && memcmp(text.data, prefix, len) == 0;
}
