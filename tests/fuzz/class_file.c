/* Class files: whatever is in them, texts lie within them. */
#include <stdint.h>

#include "judge/class_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read a text's first and last bytes. */
static unsigned touch(const uint8_t *data, size_t size, struct fp_class_text text)
{
    const uint8_t *at = (const uint8_t *) text.data;
    if (text.len == 0)
        return 0;
    if (at < data || text.len > size || at + text.len > data + size)
        abort();
    return at[0] + at[text.len - 1];
}

static unsigned touch_members(const struct fp_class_file *file)
{
    struct fp_class_cursor cursor = {0};
    struct fp_class_member member;
    unsigned sum = 0;
    unsigned count = 0;
    while (fp_class_next_member(file, &cursor, &member)) {
        struct fp_class_text class_name = {0};
        sum += touch(file->data, file->len, member.name) + member.access;
        if (count++ < 100)
            while (fp_class_next_in_descriptor(&member.descriptor, &class_name))
                sum += touch(file->data, file->len, class_name);
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_class_file file = {0};
    struct fp_class_reference reference;
    unsigned sum = 0;
    unsigned index = 0;
    /* The parser's memory is used again: nothing may be left of the file before. */
    (void) fp_class_parse(&file, data, size / 2);
    if (fp_class_parse(&file, data, size)) {
        if (file.name.index == 0)
            abort();
        sum += touch(data, size, file.name) + touch(data, size, file.super);
        for (unsigned i = 0; i <= file.interface_count; i++)
            sum += touch(data, size, fp_class_interface(&file, i));
        while (fp_class_next_reference(&file, &index, &reference))
            sum += touch(data, size, reference.text) + touch(data, size, reference.member) +
                   touch(data, size, reference.descriptor);
        sum += touch_members(&file);
    }
    fp_class_file_clear(&file);
    return sum == 1 ? 1 : 0;
}
