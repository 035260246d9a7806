/**
 * @file
 * A parser of class files (JVM specification, chapter 4). Nothing is copied: texts are views into
 * the bytes. The work is linear in the size of the file, whatever is in it.
 */
#ifndef FLINKPACK_JUDGE_CLASS_FILE_H
#define FLINKPACK_JUDGE_CLASS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flinkpack/support.h"

/** Access flags (4.1, 4.5, 4.6). */
#define FP_CLASS_PUBLIC    0x0001u
#define FP_CLASS_PRIVATE   0x0002u
#define FP_CLASS_STATIC    0x0008u
#define FP_CLASS_FINAL     0x0010u
#define FP_CLASS_INTERFACE 0x0200u

/** A text of the constant pool: modified UTF-8, not terminated. Borrowed from the bytes. */
struct fp_class_text {
    const char *data;
    size_t len;
    unsigned index; /**< of its constant, by which callers know the text again; 0: there is none */
};

/** A class file. Zero-initialise, and parse as many files as wanted with one. */
struct fp_class_file {
    const unsigned char *data; /**< borrowed from the caller */
    size_t len;
    unsigned major;             /**< 52 is Java 8 */
    unsigned access;            /**< FP_CLASS_* */
    struct fp_class_text name;  /**< "com/example/Job" */
    struct fp_class_text super; /**< empty in java/lang/Object and modules */
    unsigned interface_count;
    unsigned constant_count; /**< the largest index of a constant, plus one */

    size_t interfaces_at; /* private to class_file.c, as are all below */
    size_t members_at;
    unsigned field_count;
    unsigned method_count;
    uint32_t *places; /* offset and uses of each constant */
    size_t place_cap;
};

/** A field or method that the class declares. */
struct fp_class_member {
    bool is_field;
    unsigned access; /**< FP_CLASS_* */
    struct fp_class_text name;
    struct fp_class_text descriptor;
    size_t attributes; /**< for fp_class_attribute() */
};

/** A place among the members; zero-initialise. */
struct fp_class_cursor {
    size_t at;
    unsigned count;
};

/** The kinds of references that are visited. */
enum fp_class_reference_kind {
    FP_REFERENCE_CLASS, /**< a class by itself */
    FP_REFERENCE_FIELD,
    FP_REFERENCE_METHOD,  /**< also of an interface */
    FP_REFERENCE_STRING,  /**< a string constant */
    FP_REFERENCE_DYNAMIC, /**< a call site: it has a member and a descriptor only */
};

/** A constant that refers to something. */
struct fp_class_reference {
    enum fp_class_reference_kind kind;
    /** The class, or that of an array's elements; empty for arrays of primitive types. With
     * FP_REFERENCE_STRING: the string. */
    struct fp_class_text text;
    bool is_array; /**< `text` is out of an array */
    /** The class may occur in InnerClasses alone, for generics and annotations: no JVM loads it
     * for that. */
    bool may_be_nominal;
    struct fp_class_text member;
    struct fp_class_text descriptor;
};

/** Parse a file, to the end of its attributes. False: it is none, or damaged. */
bool fp_class_parse(struct fp_class_file *file, const void *data, size_t len);
/** The name of an interface that the class implements or extends, or an empty text. */
struct fp_class_text fp_class_interface(const struct fp_class_file *file, unsigned index);
/** Go to the next member: fields, then methods. False: there is none. */
bool fp_class_next_member(const struct fp_class_file *file, struct fp_class_cursor *cursor,
                          struct fp_class_member *ret);
/** The attribute of that name in a member. False: there is none. */
bool fp_class_attribute(const struct fp_class_file *file, size_t attributes, const char *name,
                        const unsigned char **ret, size_t *ret_len);
/** The reference that a constant is. False: it is none. */
bool fp_class_reference_at(const struct fp_class_file *file, unsigned index,
                           struct fp_class_reference *ret);
/** Go to the next reference but call sites. `*index` is the constant's, 0 at the beginning. False:
 * there is none. */
bool fp_class_next_reference(const struct fp_class_file *file, unsigned *index,
                             struct fp_class_reference *ret);
/**
 * Go to the next class in a descriptor, of a method or a field.
 * @param rest What is left of the descriptor; advanced. Its work is linear in the descriptor, which
 *             many members may share: look at each index once.
 */
bool fp_class_next_in_descriptor(struct fp_class_text *rest, struct fp_class_text *ret);
/** Free the parser's memory. */
void fp_class_file_clear(struct fp_class_file *file);

/** Whether a text is this one. */
bool fp_class_text_is(struct fp_class_text text, const char *other);
/** Whether a text begins with this one. */
bool fp_class_text_begins(struct fp_class_text text, const char *prefix);

#endif
