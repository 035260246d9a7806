/**
 * @file
 * Class files for tests, made constant by constant, without the code under test.
 */
#ifndef FLINKPACK_TESTS_CLASS_MAKER_H
#define FLINKPACK_TESTS_CLASS_MAKER_H

#include <string.h>

#include "flinkpack/support.h"

/** A class being made; class_begin() first. */
struct class_maker {
    struct fp_buf pool;
    struct fp_buf body; /**< the interfaces, and all behind them */
    unsigned count;     /**< of constants, plus one */
    unsigned major;
    unsigned access;
    unsigned name;
    unsigned super;
    unsigned interfaces;
    struct fp_buf fields;
    struct fp_buf methods;
    struct fp_buf attributes;
    unsigned field_count;
    unsigned method_count;
    unsigned attribute_count;
};

/** Append a number, big-endian. */
static inline void class_put(struct fp_buf *buf, unsigned value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        char byte = (char) (value >> (8 * i) & 0xff);
        fp_buf_put(buf, &byte, 1);
    }
}

/** Add a text; the result is its index, as of all constants. */
static inline unsigned class_utf8(struct class_maker *class, const char *text)
{
    class_put(&class->pool, 1, 1);
    class_put(&class->pool, (unsigned) strlen(text), 2);
    fp_buf_put(&class->pool, text, strlen(text));
    return class->count++;
}

/** Add a class (7), a string (8), or another constant that is made of a text. */
static inline unsigned class_one(struct class_maker *class, unsigned tag, const char *text)
{
    unsigned index = class_utf8(class, text);
    class_put(&class->pool, tag, 1);
    class_put(&class->pool, index, 2);
    return class->count++;
}

/** Add a class. */
static inline unsigned class_class(struct class_maker *class, const char *name)
{
    return class_one(class, 7, name);
}

/** Add a string. */
static inline unsigned class_string(struct class_maker *class, const char *text)
{
    return class_one(class, 8, text);
}

/** Add a reference to a field (9), a method (10) or a method of an interface (11). */
static inline unsigned class_ref(struct class_maker *class, unsigned tag, const char *owner,
                                 const char *name, const char *descriptor)
{
    unsigned owner_at = class_class(class, owner);
    unsigned name_at = class_utf8(class, name);
    unsigned descriptor_at = class_utf8(class, descriptor);
    class_put(&class->pool, 12, 1);
    class_put(&class->pool, name_at, 2);
    class_put(&class->pool, descriptor_at, 2);
    unsigned pair = class->count++;
    class_put(&class->pool, tag, 1);
    class_put(&class->pool, owner_at, 2);
    class_put(&class->pool, pair, 2);
    return class->count++;
}

/** Begin a public class. */
static inline struct class_maker class_begin(const char *name, const char *super, unsigned major)
{
    struct class_maker class = {.count = 1, .major = major, .access = 0x21};
    class.pool = class.body = class.fields = class.methods = class.attributes =
        (struct fp_buf) FP_BUF_INIT((size_t) 8 << 20);
    class.name = class_class(&class, name);
    class.super = super != NULL ? class_class(&class, super) : 0;
    return class;
}

/** Implement an interface. */
static inline void class_implement(struct class_maker *class, const char *name)
{
    class_put(&class->body, class_class(class, name), 2);
    class->interfaces++;
}

/** Declare a field or, as its descriptor has parameters, a method, without code. */
static inline void class_member(struct class_maker *class, unsigned access, const char *name,
                                const char *descriptor)
{
    bool is_method = descriptor[0] == '(';
    struct fp_buf *list = is_method ? &class->methods : &class->fields;
    unsigned name_at = class_utf8(class, name);
    class_put(list, access, 2);
    class_put(list, name_at, 2);
    class_put(list, class_utf8(class, descriptor), 2);
    class_put(list, 0, 2);
    *(is_method ? &class->method_count : &class->field_count) += 1;
}

/** Declare a method with code, and a handler of all its first `caught` bytes at the last one for
 * the class `type`; 0: for whatever is thrown. */
static inline void class_method(struct class_maker *class, unsigned access, const char *name,
                                const char *descriptor, const struct fp_buf *code, unsigned caught,
                                unsigned type)
{
    unsigned len = (unsigned) code->len;
    unsigned name_at = class_utf8(class, name);
    class_put(&class->methods, access, 2);
    class_put(&class->methods, name_at, 2);
    class_put(&class->methods, class_utf8(class, descriptor), 2);
    class_put(&class->methods, 1, 2);
    class_put(&class->methods, class_utf8(class, "Code"), 2);
    class_put(&class->methods, 12 + len + (caught > 0 ? 8 : 0), 4);
    class_put(&class->methods, 0x20002, 4);
    class_put(&class->methods, len, 4);
    fp_buf_put(&class->methods, fp_buf_text(code), len);
    class_put(&class->methods, caught > 0 ? 1 : 0, 2);
    if (caught > 0) {
        class_put(&class->methods, caught, 4); /* from 0 */
        class_put(&class->methods, len - 1, 2);
        class_put(&class->methods, type, 2);
    }
    class_put(&class->methods, 0, 2);
    class->method_count++;
}

/** List a class in the attribute InnerClasses, as javac does what it comes upon in a signature. */
static inline void class_inner(struct class_maker *class, const char *name, const char *outer)
{
    unsigned inner_at = class_class(class, name);
    unsigned outer_at = class_class(class, outer);
    class_put(&class->attributes, class_utf8(class, "InnerClasses"), 2);
    class_put(&class->attributes, 10, 4);
    class_put(&class->attributes, 1, 2);
    class_put(&class->attributes, inner_at, 2);
    class_put(&class->attributes, outer_at, 2);
    class_put(&class->attributes, 0, 4);
    class->attribute_count++;
}

/** Finish: the bytes. Frees the maker. */
static inline struct fp_buf class_end(struct class_maker *class)
{
    struct fp_buf out = FP_BUF_INIT((size_t) 16 << 20);
    class_put(&out, 0xcafebabe, 4);
    class_put(&out, class->major, 4);
    class_put(&out, class->count, 2);
    fp_buf_put(&out, fp_buf_text(&class->pool), class->pool.len);
    class_put(&out, class->access, 2);
    class_put(&out, class->name, 2);
    class_put(&out, class->super, 2);
    class_put(&out, class->interfaces, 2);
    fp_buf_put(&out, fp_buf_text(&class->body), class->body.len);
    class_put(&out, class->field_count, 2);
    fp_buf_put(&out, fp_buf_text(&class->fields), class->fields.len);
    class_put(&out, class->method_count, 2);
    fp_buf_put(&out, fp_buf_text(&class->methods), class->methods.len);
    class_put(&out, class->attribute_count, 2);
    fp_buf_put(&out, fp_buf_text(&class->attributes), class->attributes.len);
    fp_buf_clear(&class->pool);
    fp_buf_clear(&class->body);
    fp_buf_clear(&class->fields);
    fp_buf_clear(&class->methods);
    fp_buf_clear(&class->attributes);
    return out;
}

#endif
