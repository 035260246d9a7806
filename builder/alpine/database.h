/**
 * @file
 * The database of installed packages, as apk keeps it: records of packages and their files.
 */
#ifndef FLINKPACK_ALPINE_DATABASE_H
#define FLINKPACK_ALPINE_DATABASE_H

#include "flinkpack/alpine/package.h"

/** A package in the database. */
struct db_record {
    char *name;
    char *origin;   /* NULL */
    char *replaces; /* NULL */
    uint64_t replaces_priority;
    char *text; /* the stanza, with its blank line; what was cut out of it is DB_CUT */
    size_t len;
    bool is_removed;
};

/** Bytes of a record that are left out when it is written. */
#define DB_CUT '\1'

/** A file in the database. */
struct db_path {
    char *path;
    uint32_t record;
    char identity[32]; /* "" where the record has none */
    size_t at;         /* of its lines in the record's text */
    size_t len;
    bool is_removed;
};

/** The database. Release with fp_db_clear(). */
struct db {
    struct db_record *records;
    size_t record_count;
    struct db_path *paths;
    size_t path_count;
    size_t path_capacity;
    size_t path_bytes; /* of all their names */
    size_t folder_count;
    bool is_path_order; /* whether paths are sorted */
    bool was_sorted;    /* whether the base's records were, by name */
};

/** Take in the base's database. FP_E_INPUT. */
FP_CHECKED enum fp_code fp_db_load(struct db *db, const struct fp_apk_index *installed,
                                   struct fp_error *err);
/** Add a record; `take_text` is its stanza. */
FP_CHECKED enum fp_code fp_db_add(struct db *db, const struct fp_apk_package *package,
                                  const struct fp_apk_contents *contents, char *take_text,
                                  struct fp_error *err);
/** Who has a path, of the records before number `end`; or NULL. Borrowed until the next change. */
struct db_path *fp_db_owner(struct db *db, const char *path, size_t end);
/** Whose path it was until it was removed, or NULL. Borrowed until the next change. */
const struct db_path *fp_db_former_owner(struct db *db, const char *path);
/** Take a file away from its package. */
void fp_db_remove_path(struct db *db, struct db_path *path);
/** Take away a file that record number `record` has. */
void fp_db_withdraw(struct db *db, const char *path, size_t record);
/** Whether a path has been taken away, or its record has been removed. */
bool fp_db_is_removed(const struct db *db, const struct db_path *path);
/** The directories of all records that are removed, or of all others, in any order and perhaps more
 * than once. Borrowed texts; the caller frees the list. */
struct fp_apk_text *fp_db_folders(const struct db *db, bool of_removed, size_t *ret_count);
/** The text of lib/apk/db/installed. */
FP_CHECKED enum fp_code fp_db_render(const struct db *db, struct fp_buf *ret, struct fp_error *err);
/** Release the members. */
void fp_db_clear(struct db *db);
#define cleanup_db __attribute__((cleanup(fp_db_clear)))

/** The stanza of a package that is being installed; owners of its files are resolved already. */
FP_CHECKED enum fp_code fp_record_write(const struct fp_apk_package *package,
                                        const struct fp_apk_contents *contents, struct fp_buf *ret,
                                        struct fp_error *err);

#endif
