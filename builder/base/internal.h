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

/** A file whose content was kept while a layer was scanned. */
struct kept_file {
    char *path; /**< its path in the tree */
    char *text; /**< contains no NUL */
    size_t len;
};

/** The contents kept so far. Zero-initialise; release with fp_keeper_clear(). */
struct keeper {
    struct kept_file *files; /**< in the order of the layers; the last one with a path counts */
    size_t count;
    size_t bytes;             /**< the total size of all texts */
    size_t settled;           /**< how many files already have their path in the tree */
    struct fp_strv javas;     /**< paths of all programs "java" in a directory "bin" */
    const char *architecture; /**< that of the programs, "amd64"; NULL if none was seen. Static */
};

/** An fp_scan_visitor whose context is a struct keeper. */
enum fp_code fp_keeper_visit(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                             const char *raw_path, enum fp_scan_action *ret_action,
                             struct fp_error *err);
/** Determine the paths in the tree of the files kept from a layer, after it was applied. */
void fp_keeper_settle(struct keeper *keeper, const struct fp_tree *tree);
/** Returns the content of the file that `path` resolves to, or NULL. Borrowed. */
const char *fp_keeper_text(const struct keeper *keeper, const struct fp_tree *tree,
                           const char *path);
/** Release the members. */
void fp_keeper_clear(struct keeper *keeper);
/** Declare a struct keeper that is cleared at the end of its scope. */
#define cleanup_keeper __attribute__((cleanup(fp_keeper_clear)))

/**
 * Returns the value of KEY=VALUE in a text of such lines, with quotes and backslashes removed as by
 * a shell, or NULL. The last line with the key counts. The caller owns the value.
 */
char *fp_assignment_value(const char *text, const char *key);

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

/** Set java_homes, java_home, java and java_version. */
void fp_java_find(const struct keeper *keeper, const struct variables *variables,
                  struct fp_base_facts *facts);
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
