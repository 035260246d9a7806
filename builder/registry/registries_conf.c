/* registries.conf: the part of TOML that containers-registries.conf(5) needs for pulling. */
#include "credential.h"
#include "mirror.h"

#include <string.h>
#include <unistd.h>

#define MAX_FILES 256

/* The kind of table that the current keys belong to. */
enum table { TABLE_OTHER, TABLE_REGISTRY, TABLE_MIRROR };

/* Keys of a table; strings are owned. */
struct keys {
    char *prefix;
    char *location;
    char *pull; /* pull-from-mirror */
    bool insecure;
    bool blocked;
    bool digests_only;
};

struct reader {
    const char *name;
    const char *at;
    unsigned line;
    enum table table;
    struct keys registry;
    struct keys mirror;
    struct fp_mirrors *mirrors;
    struct fp_error *err;
};

static void clear_keys(struct keys *keys)
{
    free(keys->prefix);
    free(keys->location);
    free(keys->pull);
    *keys = (struct keys){0};
}

static enum fp_code fail(const struct reader *reader, const char *what)
{
    return fp_fail(reader->err, FP_E_INPUT, "%s:%u: %s", reader->name, reader->line, what);
}

static void skip_blank(struct reader *reader, bool lines)
{
    for (;; reader->at++) {
        if (*reader->at == '#')
            reader->at += strcspn(reader->at, "\n");
        if (lines && *reader->at == '\n')
            reader->line++;
        bool blank = *reader->at == ' ' || *reader->at == '\t' || *reader->at == '\r' ||
                     (lines && *reader->at == '\n');
        if (!blank)
            return;
    }
}

static void add_insecure(struct fp_mirrors *mirrors, const char *place)
{
    fp_strv_take(&mirrors->insecure, fp_xstrndup(place, strcspn(place, "/")));
}

static void end_mirror(struct reader *reader)
{
    struct keys *mirror = &reader->mirror;
    const struct keys *of = &reader->registry;
    const char *prefix = of->prefix != NULL ? of->prefix : of->location;
    const char *pull = mirror->pull != NULL ? mirror->pull : "all";
    if (mirror->location != NULL && prefix != NULL) {
        if (mirror->insecure)
            add_insecure(reader->mirrors, mirror->location);
        fp_mirrors_take(
            reader->mirrors,
            (struct fp_mirror){.prefix = fp_xstrdup(prefix),
                               .location = steal_pointer(&mirror->location),
                               .digests_only = of->digests_only || strcmp(pull, "digest-only") == 0,
                               .tags_only = strcmp(pull, "tag-only") == 0});
    }
    clear_keys(mirror);
}

static void end_registry(struct reader *reader)
{
    struct keys *of = &reader->registry;
    end_mirror(reader);
    const char *prefix = of->prefix != NULL ? of->prefix : of->location;
    if (prefix != NULL) {
        const char *location = of->location != NULL ? of->location : prefix;
        if (of->insecure)
            add_insecure(reader->mirrors, location);
        if (of->blocked || strcmp(location, prefix) != 0)
            fp_mirrors_take(reader->mirrors,
                            (struct fp_mirror){
                                .prefix = fp_xstrdup(prefix),
                                .location = of->blocked ? NULL : fp_xstrdup(location),
                                .is_primary = true,
                            });
    }
    clear_keys(of);
}

static enum fp_code read_header(struct reader *reader)
{
    size_t len = strcspn(reader->at, "#\n");
    const char *header = reader->at;
    while (len > 0 && strchr(" \t\r", header[len - 1]) != NULL)
        len--;
    if (header[len - 1] != ']')
        return fail(reader, "a table without its closing bracket");
    bool is_registry = len == 12 && strncmp(header, "[[registry]]", len) == 0;
    bool is_mirror = len == 19 && strncmp(header, "[[registry.mirror]]", len) == 0;
    if (is_mirror && reader->table == TABLE_OTHER)
        return fail(reader, "[[registry.mirror]] without [[registry]] before it");
    if (is_mirror)
        end_mirror(reader);
    else
        end_registry(reader);
    reader->table = is_registry ? TABLE_REGISTRY : is_mirror ? TABLE_MIRROR : TABLE_OTHER;
    reader->at = header + len;
    return FP_OK;
}

/* Read a string on one line; names of hosts contain no escapes. */
static enum fp_code read_string(struct reader *reader, char **ret)
{
    char quote = *reader->at++;
    size_t len = 0;
    while (reader->at[len] != quote && reader->at[len] != '\0' && reader->at[len] != '\n' &&
           reader->at[len] != '\\')
        len++;
    if (reader->at[len] != quote)
        return fail(reader, "a string that does not end on its line, or with a backslash in it");
    *ret = fp_xstrndup(reader->at, len);
    reader->at += len + 1;
    return FP_OK;
}

/* Skip an array, which may span several lines. */
static enum fp_code skip_array(struct reader *reader)
{
    for (int depth = 0;;) {
        cleanup_free char *ignored = NULL;
        skip_blank(reader, true);
        char c = *reader->at;
        if (c == '\0')
            return fail(reader, "an array without its closing bracket");
        if (c == '"' || c == '\'') {
            FP_TRY(read_string(reader, &ignored));
            continue;
        }
        depth += c == '[' ? 1 : c == ']' ? -1 : 0;
        reader->at++;
        if (depth == 0)
            return FP_OK;
    }
}

static void store_string(struct keys *keys, const char *key, char *take_value)
{
    struct {
        const char *key;
        char **slot;
    } const slots[] = {{"prefix", &keys->prefix},
                       {"location", &keys->location},
                       {"pull-from-mirror", &keys->pull}};
    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        if (strcmp(slots[i].key, key) != 0)
            continue;
        free(*slots[i].slot);
        *slots[i].slot = take_value;
        return;
    }
    free(take_value);
}

static void store_flag(struct keys *keys, const char *key, bool value)
{
    struct {
        const char *key;
        bool *slot;
    } const slots[] = {{"insecure", &keys->insecure},
                       {"blocked", &keys->blocked},
                       {"mirror-by-digest-only", &keys->digests_only}};
    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        if (strcmp(slots[i].key, key) == 0)
            *slots[i].slot = value;
    }
}

static enum fp_code check_place(const struct reader *reader, const char *key, const char *value)
{
    bool is_place = strcmp(key, "prefix") == 0 || strcmp(key, "location") == 0;
    if (reader->table == TABLE_OTHER || !is_place || strncmp(value, "*.", 2) == 0 ||
        fp_mirror_place_is_valid(value))
        return FP_OK;
    return fail(reader, "no registry with or without a path");
}

static enum fp_code read_value(struct reader *reader, const char *key)
{
    struct keys *keys = reader->table == TABLE_MIRROR ? &reader->mirror : &reader->registry;
    char *text = NULL;
    if (*reader->at == '[')
        return skip_array(reader);
    if (*reader->at == '"' || *reader->at == '\'') {
        enum fp_code code = read_string(reader, &text);
        if (code == FP_OK)
            code = check_place(reader, key, text);
        if (code == FP_OK && reader->table != TABLE_OTHER)
            store_string(keys, key, steal_pointer(&text));
        free(text);
        return code;
    }
    size_t len = strcspn(reader->at, " \t\r\n#");
    bool is_true = len == 4 && strncmp(reader->at, "true", len) == 0;
    bool is_false = len == 5 && strncmp(reader->at, "false", len) == 0;
    if (len == 0 || (reader->table != TABLE_OTHER && !is_true && !is_false))
        return fail(reader, "a value that is neither a string nor true or false");
    if (reader->table != TABLE_OTHER)
        store_flag(keys, key, is_true);
    reader->at += len;
    return FP_OK;
}

/* Read a bare name, or a quoted one such as the short names of [aliases]. */
static enum fp_code read_name(struct reader *reader, char **ret)
{
    if (*reader->at == '"' || *reader->at == '\'')
        return read_string(reader, ret);
    size_t len =
        strspn(reader->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    *ret = fp_xstrndup(reader->at, len);
    reader->at += len;
    return FP_OK;
}

static enum fp_code read_key(struct reader *reader)
{
    cleanup_free char *key = NULL;
    FP_TRY(read_name(reader, &key));
    skip_blank(reader, false);
    if (*key == '\0' || *reader->at != '=')
        return fail(reader, "expected KEY = VALUE or a [table]");
    reader->at++;
    skip_blank(reader, false);
    FP_TRY(read_value(reader, key));
    skip_blank(reader, false);
    return *reader->at == '\n' || *reader->at == '\0'
               ? FP_OK
               : fail(reader, "more on the line than a value");
}

enum fp_code fp_mirrors_read_text(struct fp_mirrors *mirrors, const char *name, const char *text,
                                  struct fp_error *err)
{
    struct reader reader = {.name = name, .at = text, .line = 1, .mirrors = mirrors, .err = err};
    enum fp_code code = FP_OK;
    for (skip_blank(&reader, true); code == FP_OK && *reader.at != '\0'; skip_blank(&reader, true))
        code = *reader.at == '[' ? read_header(&reader) : read_key(&reader);
    if (code == FP_OK)
        end_registry(&reader);
    clear_keys(&reader.mirror);
    clear_keys(&reader.registry);
    return code;
}

static void read_file(struct fp_mirrors *mirrors, const char *path, struct fp_reporter *reporter)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_REGISTRY_MAX_CONFIG);
    struct fp_error err = {0};
    if (!fp_path_exists(path))
        return;
    enum fp_code code = fp_file_read(path, &text, &err);
    if (code == FP_OK)
        code = fp_mirrors_read_text(mirrors, path, fp_buf_text(&text), &err);
    if (code != FP_OK)
        fp_report(reporter, FP_EVENT_WARNING, "%s; the rest of it is left out", err.text);
}

static void read_folder(struct fp_mirrors *mirrors, const char *folder,
                        struct fp_reporter *reporter)
{
    cleanup_strv struct fp_strv names = {0};
    (void) fp_dir_names(folder, "*.conf", MAX_FILES, &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *path = fp_path_join(folder, names.items[i]);
        read_file(mirrors, path, reporter);
    }
}

static char *user_folder(void)
{
    const char *config = fp_env("XDG_CONFIG_HOME");
    const char *home = fp_env("HOME");
    if (config != NULL)
        return fp_path_join(config, "containers");
    return home != NULL ? fp_path_join(home, ".config/containers") : NULL;
}

void fp_mirrors_read(struct fp_mirrors *mirrors, struct fp_reporter *reporter)
{
    const char *only = fp_env("CONTAINERS_REGISTRIES_CONF");
    if (only != NULL) {
        read_file(mirrors, only, reporter);
        return;
    }
    cleanup_free char *user = user_folder();
    cleanup_free char *own =
        user != NULL ? fp_path_join(user, "registries.conf") : fp_xstrdup("/nonexistent");
    bool has_own = fp_path_exists(own);
    read_file(mirrors, has_own ? own : "/etc/containers/registries.conf", reporter);
    read_folder(mirrors, "/etc/containers/registries.conf.d", reporter);
    if (user != NULL) {
        cleanup_free char *folder = fp_path_join(user, "registries.conf.d");
        read_folder(mirrors, folder, reporter);
    }
}
