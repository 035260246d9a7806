/* Edits records and paths of the database of installed packages (lib/apk/db/installed). */
#include "database.h"

#include <string.h>

#define PATHS_MAX       500000
#define PATHS_MAX_BYTES ((size_t) 32 << 20)

/* The state of reading the lines of a record. */
struct record_reading {
    struct db *db;
    uint32_t record;
    const char *folder;
    size_t folder_len;
    struct db_path *file; /* the file that the next lines belong to */
};

static enum fp_code begin_file(struct record_reading *reading, const char *name, size_t len,
                               size_t at, struct fp_error *err)
{
    struct db *db = reading->db;
    db->path_bytes += reading->folder_len + len + 2;
    if (db->path_count >= PATHS_MAX || db->path_bytes > PATHS_MAX_BYTES)
        return fp_fail(err, FP_E_INPUT,
                       "the package database has more than %d files, or their names are longer "
                       "than %zu bytes together",
                       PATHS_MAX, PATHS_MAX_BYTES);
    if (db->path_count == db->path_capacity) {
        db->path_capacity = db->path_capacity > 0 ? 2 * db->path_capacity : 256;
        db->paths = fp_xreallocarray(db->paths, db->path_capacity, sizeof(*db->paths));
    }
    struct db_path *path = &db->paths[db->path_count++];
    *path = (struct db_path){.record = reading->record, .at = at};
    path->path = fp_xasprintf("%.*s%s%.*s", (int) reading->folder_len, reading->folder,
                              reading->folder_len > 0 ? "/" : "", (int) len, name);
    reading->file = path;
    return FP_OK;
}

static enum fp_code read_line(struct record_reading *reading, const char *line, size_t len,
                              size_t at, struct fp_error *err)
{
    const char *value = line + 2;
    size_t value_len = len >= 2 ? len - 2 : 0;
    char letter = '\0';
    if (len >= 2 && line[1] == ':')
        letter = line[0];
    if (letter == 'F') {
        if (++reading->db->folder_count > PATHS_MAX)
            return fp_fail(err, FP_E_INPUT, "the package database has more than %d folders",
                           PATHS_MAX);
        reading->folder = value;
        reading->folder_len = value_len;
        reading->file = NULL;
    } else if (letter == 'R') {
        FP_TRY(begin_file(reading, value, value_len, at, err));
    } else if (letter == 'Z' && reading->file != NULL && value_len < 32) {
        memcpy(reading->file->identity, value, value_len);
    }
    if (reading->file != NULL && (letter == 'R' || letter == 'Z' || letter == 'a'))
        reading->file->len = at + len + 1 - reading->file->at;
    return FP_OK;
}

static enum fp_code read_paths(struct db *db, uint32_t number, struct fp_error *err)
{
    const struct db_record *record = &db->records[number];
    struct record_reading reading = {.db = db, .record = number, .folder = ""};
    db->is_path_order = false;
    for (size_t at = 0; at < record->len;) {
        const char *end = memchr(record->text + at, '\n', record->len - at);
        size_t len = end != NULL ? (size_t) (end - record->text) - at : record->len - at;
        FP_TRY(read_line(&reading, record->text + at, len, at, err));
        at += len + 1;
    }
    return FP_OK;
}

static enum fp_code add_record(struct db *db, const struct db_record *take_record,
                               struct fp_error *err)
{
    db->records = fp_xreallocarray(db->records, db->record_count + 1, sizeof(*db->records));
    db->records[db->record_count++] = *take_record;
    return read_paths(db, (uint32_t) (db->record_count - 1), err);
}

enum fp_code fp_db_load(struct db *db, const struct fp_apk_index *installed, struct fp_error *err)
{
    db->was_sorted = true;
    for (size_t i = 0; i < installed->count; i++) {
        const struct fp_apk_package *package = &installed->packages[i];
        struct db_record record = {.name = fp_xstrdup(package->fields[FP_APK_NAME]),
                                   .origin = fp_xstrdup(package->fields[FP_APK_ORIGIN]),
                                   .replaces = fp_xstrdup(package->fields[FP_APK_REPLACES])};
        /* Every record ends with a blank line, even if the base's last record does not. */
        size_t len = package->record_len;
        while (len > 0 && package->record[len - 1] == '\n')
            len--;
        record.text = fp_xasprintf("%.*s\n\n", (int) len, package->record);
        record.len = len + 2;
        (void) fp_apk_number(package->fields[FP_APK_REPLACES_PRIORITY], &record.replaces_priority);
        if (i > 0 && strcmp(db->records[i - 1].name, record.name) > 0)
            db->was_sorted = false;
        FP_TRY(add_record(db, &record, err));
    }
    return FP_OK;
}

enum fp_code fp_db_add(struct db *db, const struct fp_apk_package *package,
                       const struct fp_apk_contents *contents, char *take_text,
                       struct fp_error *err)
{
    struct db_record record = {.name = fp_xstrdup(package->fields[FP_APK_NAME]),
                               .origin = fp_xstrdup(package->fields[FP_APK_ORIGIN]),
                               .replaces = fp_xstrdup(contents->replaces),
                               .text = take_text,
                               .len = strlen(take_text)};
    (void) fp_apk_number(contents->replaces_priority, &record.replaces_priority);
    return add_record(db, &record, err);
}

bool fp_db_is_removed(const struct db *db, const struct db_path *path)
{
    return path->is_removed || db->records[path->record].is_removed;
}

static int by_path(const void *left, const void *right)
{
    const struct db_path *a = left;
    const struct db_path *b = right;
    int order = strcmp(a->path, b->path);
    return order != 0 ? order : (a->record > b->record) - (a->record < b->record);
}

static struct db_path *find_path(struct db *db, const char *path, size_t first, size_t end,
                                 bool is_removed)
{
    if (!db->is_path_order && db->path_count > 0)
        qsort(db->paths, db->path_count, sizeof(*db->paths), by_path);
    db->is_path_order = true;
    size_t low = 0;
    size_t high = db->path_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(db->paths[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < db->path_count && strcmp(db->paths[low].path, path) == 0; low++) {
        struct db_path *found = &db->paths[low];
        if (found->record >= end)
            return NULL;
        if (found->record >= first && fp_db_is_removed(db, found) == is_removed)
            return found;
    }
    return NULL;
}

struct db_path *fp_db_owner(struct db *db, const char *path, size_t end)
{
    return find_path(db, path, 0, end, false);
}

const struct db_path *fp_db_former_owner(struct db *db, const char *path)
{
    return find_path(db, path, 0, SIZE_MAX, true);
}

void fp_db_remove_path(struct db *db, struct db_path *path)
{
    struct db_record *record = &db->records[path->record];
    memset(record->text + path->at, DB_CUT, path->len);
    path->is_removed = true;
}

void fp_db_withdraw(struct db *db, const char *path, size_t record)
{
    struct db_path *own = find_path(db, path, record, record + 1, false);
    if (own != NULL)
        fp_db_remove_path(db, own);
}

struct fp_apk_text *fp_db_folders(const struct db *db, bool of_removed, size_t *ret_count)
{
    struct fp_apk_text *list = fp_xcalloc(db->folder_count + 1, sizeof(*list));
    *ret_count = 0;
    for (size_t i = 0; i < db->record_count; i++) {
        const struct db_record *record = &db->records[i];
        if (record->is_removed != of_removed)
            continue;
        for (size_t at = 0; at < record->len;) {
            const char *line = record->text + at;
            const char *end = memchr(line, '\n', record->len - at);
            size_t len = end != NULL ? (size_t) (end - line) : record->len - at;
            if (len > 2 && line[0] == 'F' && line[1] == ':')
                list[(*ret_count)++] = (struct fp_apk_text){line + 2, len - 2};
            at += len + 1;
        }
    }
    return list;
}

static int by_name(const void *left, const void *right)
{
    const struct db_record *const *a = left;
    const struct db_record *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

static void render_record(const struct db_record *record, struct fp_buf *ret)
{
    cleanup_free char *text = fp_xmalloc(record->len + 1);
    size_t used = 0;
    for (size_t i = 0; i < record->len; i++) {
        if (record->text[i] != DB_CUT)
            text[used++] = record->text[i];
    }
    fp_buf_put(ret, text, used);
}

enum fp_code fp_db_render(const struct db *db, struct fp_buf *ret, struct fp_error *err)
{
    cleanup_free const struct db_record **order =
        fp_xcalloc(db->record_count + 1, sizeof(struct db_record *));
    size_t count = 0;
    for (size_t i = 0; i < db->record_count; i++) {
        if (!db->records[i].is_removed)
            order[count++] = &db->records[i];
    }
    if (db->was_sorted && count > 0)
        qsort(order, count, sizeof(struct db_record *), by_name);
    for (size_t i = 0; i < count; i++)
        render_record(order[i], ret);
    return fp_buf_check(ret, err);
}

void fp_db_clear(struct db *db)
{
    for (size_t i = 0; i < db->record_count; i++) {
        free(db->records[i].name);
        free(db->records[i].origin);
        free(db->records[i].replaces);
        free(db->records[i].text);
    }
    for (size_t i = 0; i < db->path_count; i++)
        free(db->paths[i].path);
    free(db->records);
    free(db->paths);
    *db = (struct db){0};
}
