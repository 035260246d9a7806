/**
 * @file
 * The database of installed packages in apk's format: records of packages and their files.
 */
#ifndef FLINKPACK_ALPINE_DATABASE_H
#define FLINKPACK_ALPINE_DATABASE_H

#include "flinkpack/alpine/package.h"

/** A package in the database. */
struct db_record {
    char *name;
    char *origin;   /* may be NULL */
    char *replaces; /* may be NULL */
    uint64_t replaces_priority;
    char *text; /* the stanza with its blank line; removed bytes are overwritten with DB_CUT */
    size_t len;
    bool is_removed;
};

/** Replaces the bytes of a record that are not written. */
#define DB_CUT '\1'

/** A file in the database. */
struct db_path {
    char *path;
    uint32_t record;
    char identity[32]; /* "" if the record has none */
    size_t at;         /* the position of the file's lines in the record's text */
    size_t len;        /* the length of these lines */
    bool is_removed;
};

/** The database. Release with fp_db_clear(). */
struct db {
    struct db_record *records;
    size_t record_count;
    struct db_path *paths;
    size_t path_count;
    size_t path_capacity;
    size_t path_bytes; /* the total length of all paths */
    size_t folder_count;
    bool is_path_order; /* whether paths are sorted */
    bool was_sorted;    /* whether the base's records were sorted by name */
};

/** Load the base's database. Fails with FP_E_INPUT. */
FP_CHECKED enum fp_code fp_db_load(struct db *db, const struct fp_apk_index *installed,
                                   struct fp_error *err);
/** Add a record; `take_text` is its stanza. */
FP_CHECKED enum fp_code fp_db_add(struct db *db, const struct fp_apk_package *package,
                                  const struct fp_apk_contents *contents, char *take_text,
                                  struct fp_error *err);
/** Find a path's owner among the records before `end`, or NULL. Borrowed until the next change. */
struct db_path *fp_db_owner(struct db *db, const char *path, size_t end);
/** Find a former owner of a removed path, or return NULL. Borrowed until the next change. */
const struct db_path *fp_db_former_owner(struct db *db, const char *path);
/** Remove a file from its package's record. */
void fp_db_remove_path(struct db *db, struct db_path *path);
/** Remove the file `path` from record number `record`. */
void fp_db_withdraw(struct db *db, const char *path, size_t record);
/** Whether a path or its whole record has been removed. */
bool fp_db_is_removed(const struct db *db, const struct db_path *path);
/** List the directories of all removed records, or of all others, unsorted and with duplicates. The
 * texts are borrowed; the caller frees the list. */
struct fp_apk_text *fp_db_folders(const struct db *db, bool of_removed, size_t *ret_count);
/** Write the text of lib/apk/db/installed. */
FP_CHECKED enum fp_code fp_db_render(const struct db *db, struct fp_buf *ret, struct fp_error *err);
/** Release the members. */
void fp_db_clear(struct db *db);
#define cleanup_db __attribute__((cleanup(fp_db_clear)))

/** Write the stanza of a package. The owners of its files must have been resolved. */
FP_CHECKED enum fp_code fp_record_write(const struct fp_apk_package *package,
                                        const struct fp_apk_contents *contents, struct fp_buf *ret,
                                        struct fp_error *err);

#endif
