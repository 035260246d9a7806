/**
 * @file
 * What the files of this room share.
 */
#ifndef FLINKPACK_BASE_INTERNAL_H
#define FLINKPACK_BASE_INTERNAL_H

#include "flinkpack/base.h"

/** Read and validate an entry; `name` is its name, `path` its file. FP_E_INPUT names the file. */
FP_CHECKED enum fp_code fp_entry_read(const char *path, const char *name, struct fp_base_entry *ret,
                                      struct fp_error *err);

/** Likewise from text; `title` names it in errors. */
FP_CHECKED enum fp_code fp_entry_parse(const char *text, size_t len, const char *title,
                                       const char *name, struct fp_base_entry *ret,
                                       struct fp_error *err);

/** An entry of the catalogue that is compiled in. */
struct builtin_entry {
    const char *name;
    const char *text; /**< base-images/NAME.json */
};
/** All of them, sorted; ends with one whose name is NULL. */
extern const struct builtin_entry fp_builtin_entries[];

/** A file whose content was kept while a layer was scanned. */
struct kept_file {
    char *path; /**< where it lies in the tree */
    char *text; /**< without a NUL in it */
    size_t len;
};

/** The contents that are kept. Zero-initialise; release with fp_keeper_clear(). */
struct keeper {
    struct kept_file *files; /**< in the order of the layers: the last one of a path counts */
    size_t count;
    size_t bytes;         /**< of all texts: it is asked for at every file */
    size_t settled;       /**< how many of them have their path in the tree */
    struct fp_strv javas; /**< programs "java" in a directory "bin", wherever they lie */
    const char
        *architecture; /**< that its programs are for, "amd64"; NULL: none was seen. Static */
};

/** A fp_scan_visitor with the struct keeper as its context. */
enum fp_code fp_keeper_visit(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                             const char *raw_path, enum fp_scan_action *ret_action,
                             struct fp_error *err);
/** After a layer: find out where what was kept of it has landed. */
void fp_keeper_settle(struct keeper *keeper, const struct fp_tree *tree);
/** The content that `path` leads to in `tree`; NULL where there is none. Borrowed. */
const char *fp_keeper_text(const struct keeper *keeper, const struct fp_tree *tree,
                           const char *path);
/** Free everything. */
void fp_keeper_clear(struct keeper *keeper);
/** Declare a struct keeper that is cleared at the end of its scope. */
#define cleanup_keeper __attribute__((cleanup(fp_keeper_clear)))

/**
 * The value of KEY=VALUE in a text of such lines, quotes and backslashes taken off as a shell
 * would; the last one counts. NULL where there is none. The caller owns it.
 */
char *fp_assignment_value(const char *text, const char *key);

/** The variables of an image to be: the base's, and `env` (name to value; NULL: none) over them. */
struct variables {
    const struct fp_config *config;
    const json_t *env;
};
/** The value of one, or NULL. The caller owns it. */
char *fp_variables_get(const struct variables *variables, const char *name);
/** Where a program is found on PATH, as a real path; NULL: nowhere. Borrowed from the tree. */
const struct fp_entry *fp_program_find(const struct fp_tree *tree,
                                       const struct variables *variables, const char *name);
/** Whether a regular file that may be run is at `path`, links followed. */
bool fp_is_program(const struct fp_tree *tree, const char *path);

/** Fill java_homes, java_home, java and java_version. */
void fp_java_find(const struct keeper *keeper, const struct variables *variables,
                  struct fp_base_facts *facts);
/** Whether the C library is musl. */
bool fp_libc_is_musl(const struct fp_tree *tree);

/** Whether the program at `path` tells what machine the base is for. */
bool fp_machine_is_of_use(const char *path);

/** A line of passwd or group, as much of it as matters. Borrowed from the text. */
struct account_line {
    const char *name; /**< not terminated */
    size_t name_len;
    unsigned id;    /**< uid of passwd, gid of group */
    unsigned group; /**< gid of passwd */
};
/**
 * Read the next line that is an account; others (comments, NIS, damage) are passed over, as libc
 * does.
 * @param cursor     Where to read on; moved behind the line.
 * @param with_group Whether the lines are those of passwd.
 * @return false at the end.
 */
bool fp_account_line_next(const char **cursor, bool with_group, struct account_line *ret);
/** Whether the account is called so. */
bool fp_account_line_is(const struct account_line *line, const char *name);
/** `text` with a line put behind it, and a newline before that where one is missing. */
char *fp_account_file_append(const char *text, const char *line);

#endif
