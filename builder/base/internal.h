/**
 * @file
 * Declarations that the files of builder/base share.
 */
#ifndef FLINKPACK_BASE_INTERNAL_H
#define FLINKPACK_BASE_INTERNAL_H

#include "flinkpack/base.h"

/** Read and validate the entry `name` from the file `path`. FP_E_INPUT names the file. */
FP_CHECKED enum fp_code fp_entry_read(const char *path, const char *name, struct fp_base_entry *ret,
                                      struct fp_error *err);

/** Parse and validate an entry from a text, which errors call `title`. */
FP_CHECKED enum fp_code fp_entry_parse(const char *text, size_t len, const char *title,
                                       const char *name, struct fp_base_entry *ret,
                                       struct fp_error *err);

/** An entry of the catalogue that is compiled in. */
struct builtin_entry {
    const char *name;
    const char *text; /**< base-images/NAME.json */
};
/** All compiled-in entries, sorted by name. The last element has the name NULL. */
extern const struct builtin_entry fp_builtin_entries[];

/** The kinds of files that are kept while layers are scanned; each has a limit of its own. */
enum kept_kind {
    KEPT_ACCOUNTS, /**< a base whose accounts cannot be read is refused */
    KEPT_TEXTS,    /**< other files that later steps read */
    KEPT_SETTINGS, /**< of use only if the base turns out to have apk */
    KEPT_KINDS
};

/** The files of one kind. */
struct kept {
    json_t *texts; /**< content by path in the tree, see fp_kept_value(); NULL: none yet */
    size_t bytes;  /**< the size of all these */
};

/** The contents kept so far. Zero-initialise but for `tree`; release with fp_keeper_clear(). */
struct keeper {
    const struct fp_tree *tree; /**< the layers so far, with the visited entry; borrowed */
    struct kept kept[KEPT_KINDS];
    struct fp_strv javas;     /**< paths of all programs "java" in a directory "bin" */
    const char *architecture; /**< that of the programs, "amd64"; NULL if none was seen. Static */
};

/** An fp_scan_visitor whose context is a struct keeper. */
enum fp_code fp_keeper_visit(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                             const char *raw_path, enum fp_scan_action *ret_action,
                             struct fp_error *err);
/** The kept contents that are still in the tree, by path. A new reference. */
json_t *fp_keeper_texts(const struct keeper *keeper);
/** Release the members. */
void fp_keeper_clear(struct keeper *keeper);
/** Declare a struct keeper that is cleared at the end of its scope. */
#define cleanup_keeper __attribute__((cleanup(fp_keeper_clear)))

/** A content in JSON: a string, or an array of one string in base64. A new reference. */
json_t *fp_kept_value(const char *text, size_t len);
/** The bytes that such a content takes in JSON, about. */
size_t fp_kept_size(const json_t *value);
/** Append such a content to a buffer. Returns whether `value` is one. */
bool fp_kept_bytes(const json_t *value, struct fp_buf *ret);
/** Returns such a content as a text, or NULL if it is none. The caller owns it. */
char *fp_kept_text(const json_t *value);
/** Returns the text of the file that `path` leads to, or NULL. The caller owns it. */
char *fp_facts_text(const struct fp_base_facts *facts, const char *path);

/** The variables of the new image: those in `env` (may be NULL) override those of the base. */
struct variables {
    const struct fp_config *config;
    const json_t *env;
};
/** Returns the value of a variable, or NULL. The caller owns it. */
char *fp_variables_get(const struct variables *variables, const char *name);
/** Find a program on PATH and resolve links to it. NULL if not found. Borrowed from the tree. */
const struct fp_entry *fp_program_find(const struct fp_tree *tree,
                                       const struct variables *variables, const char *name);
/** Whether `path` leads, perhaps through links, to an executable regular file. */
bool fp_is_program(const struct fp_tree *tree, const char *path);

/** List the homes of the programs `javas` that are in the tree, sorted. */
void fp_java_homes(const struct fp_strv *javas, const struct fp_tree *tree, struct fp_strv *ret);
/** Set java_home, java and java_version by java_homes, tree and texts. */
void fp_java_find(const struct variables *variables, struct fp_base_facts *facts);
/** Set passwd, group and shadow by tree and texts. FP_E_INPUT if one exists without a text. */
FP_CHECKED enum fp_code fp_facts_take_accounts(struct fp_base_facts *facts, struct fp_error *err);
/** Whether the C library is musl. */
bool fp_libc_is_musl(const struct fp_tree *tree);

/** Whether the program at `path` is used to determine the architecture of the base. */
bool fp_machine_is_of_use(const char *path);

/** The fields that are used of a line of passwd or group. Borrowed from the text. */
struct account_line {
    const char *name; /**< not terminated */
    size_t name_len;
    unsigned id;    /**< uid of passwd, gid of group */
    unsigned group; /**< gid of passwd */
};
/**
 * Read the next line that describes an account or group. Other lines (comments, NIS, damage) are
 * skipped, as libc does.
 * @param cursor     The position in the text; moved to the end of the line.
 * @param with_group Whether the text is passwd, whose lines also have a gid.
 * @return false at the end of the text.
 */
bool fp_account_line_next(const char **cursor, bool with_group, struct account_line *ret);
/** Whether the account has the name `name`. */
bool fp_account_line_is(const struct account_line *line, const char *name);
/** Append a line to `text`, adding a missing newline before it. The caller owns the result. */
char *fp_account_file_append(const char *text, const char *line);

#endif
