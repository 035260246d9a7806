/* Keeps the contents of the few files of a base that later steps read. */
#include "internal.h"

#include <string.h>

/* These limits allow for the accounts of a large site; a release file is a dozen short lines. */
#define ACCOUNTS_MAX_BYTES ((uint64_t) 1 << 20)
#define RELEASE_MAX_BYTES  ((uint64_t) 4 << 10)
#define DATABASE_MAX_BYTES ((uint64_t) 7 << 20)
#define SETTING_MAX_BYTES  ((uint64_t) 1 << 20)
#define SMALL_MAX_BYTES    ((uint64_t) 32 << 10)
#define FILES_MAX          512

/* The limits of all files of a kind together: 16 MiB in all. A layer may have the accounts in
 * another place than the layer below, so they may be held several times. */
static const size_t kind_max_bytes[KEPT_KINDS] = {
    [KEPT_ACCOUNTS] = (size_t) 8 << 20,
    [KEPT_TEXTS] = (size_t) 7 << 20,
    [KEPT_SETTINGS] = (size_t) 1 << 20,
};

static const struct kept_rule {
    const char *folder; /* NULL: any directory */
    const char *name;   /* or a suffix that begins with '.'; "": any name, here or further below */
    uint64_t max_bytes;
    enum kept_kind kind;
    bool is_binary; /* its content need not be a text */
} rules[] = {
    {"etc", "passwd", ACCOUNTS_MAX_BYTES, KEPT_ACCOUNTS, false},
    {"etc", "group", ACCOUNTS_MAX_BYTES, KEPT_ACCOUNTS, false},
    {"etc", "shadow", ACCOUNTS_MAX_BYTES, KEPT_ACCOUNTS, false},
    {"etc", "os-release", RELEASE_MAX_BYTES, KEPT_TEXTS, false},
    {"usr/lib", "os-release", RELEASE_MAX_BYTES, KEPT_TEXTS, false},
    {"var/lib/dpkg", "status", DATABASE_MAX_BYTES, KEPT_TEXTS, true},
    {"lib/apk/db", "", DATABASE_MAX_BYTES, KEPT_TEXTS, true},
    {"usr/lib/apk/db", "", DATABASE_MAX_BYTES, KEPT_TEXTS, true},
    {"lib/apk/keys", ".pub", SMALL_MAX_BYTES, KEPT_TEXTS, true},
    {"usr/share/apk/keys", "", SMALL_MAX_BYTES, KEPT_TEXTS, true},
    {"lib/apk/repositories.d", ".list", SMALL_MAX_BYTES, KEPT_TEXTS, true},
    {"etc/apk", "", SETTING_MAX_BYTES, KEPT_TEXTS, true},
    {"etc", "shells", SETTING_MAX_BYTES, KEPT_TEXTS, true},
    /* apk never replaces a setting that was changed, so it compares them with its database. */
    {"etc", "", SETTING_MAX_BYTES, KEPT_SETTINGS, true},
    {NULL, "flink-conf.yaml", SETTING_MAX_BYTES, KEPT_TEXTS, true},
    {NULL, "config.yaml", SETTING_MAX_BYTES, KEPT_TEXTS, true},
};
/* The rule for any file "release"; its content shows whether it belongs to a Java home. */
static const struct kept_rule java_release = {NULL, "release", RELEASE_MAX_BYTES, KEPT_TEXTS,
                                              false};

static bool fits(const struct kept_rule *rule, const char *path)
{
    const char *base = fp_path_base(path);
    size_t len = rule->folder != NULL ? strlen(rule->folder) : 0;
    if (rule->folder == NULL)
        return strcmp(base, rule->name) == 0;
    if (strncmp(path, rule->folder, len) != 0 || path[len] != '/')
        return false;
    if (rule->name[0] == '\0')
        return true;
    return path + len + 1 == base && (rule->name[0] == '.' ? fp_text_ends_with(base, rule->name)
                                                           : strcmp(base, rule->name) == 0);
}

static const struct kept_rule *find_rule(const char *path)
{
    if (fits(&java_release, path))
        return &java_release;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (fits(&rules[i], path))
            return &rules[i];
    }
    return NULL;
}

/* Removes the kept content of a path, because a later entry replaces the file. */
static void forget(struct keeper *keeper, const char *path)
{
    for (size_t i = 0; i < KEPT_KINDS; i++) {
        struct kept *kept = &keeper->kept[i];
        const json_t *old = json_object_get(kept->texts, path);
        kept->bytes -= fp_kept_size(old);
        if (old != NULL)
            (void) json_object_del(kept->texts, path);
    }
}

/* A file whose path cannot be a key of JSON is not kept. */
static void keep(struct kept *kept, const char *path, const struct fp_buf *text)
{
    json_t *value = fp_kept_value(fp_buf_text(text), text->len);
    size_t bytes = fp_kept_size(value);
    if (kept->texts == NULL)
        kept->texts = json_object();
    if (fp_json_set(kept->texts, path, value))
        kept->bytes += bytes;
}

static bool is_of_use(const struct kept_rule *rule, const struct fp_buf *text)
{
    if (!rule->is_binary && text->len != strlen(fp_buf_text(text)))
        return false;
    if (rule != &java_release)
        return true;
    cleanup_free char *version = fp_assignment_value(fp_buf_text(text), "JAVA_VERSION");
    return version != NULL;
}

/* Whatever else is not kept is read from the layers when it is needed, or is a version number. The
 * accounts are never guessed. */
static enum fp_code pass_over(const struct kept_rule *rule, const char *why, struct fp_error *err)
{
    return rule->kind == KEPT_ACCOUNTS
               ? fp_fail(err, FP_E_INPUT, "base: /%s/%s is %s", rule->folder, rule->name, why)
               : FP_OK;
}

bool fp_machine_is_of_use(const char *path)
{
    const char *base = fp_path_base(path);
    return strcmp(base, "bash") == 0 || strcmp(base, "java") == 0 || strcmp(base, "busybox") == 0;
}

static enum fp_code note_machine(struct keeper *keeper, struct fp_scan *scan, struct fp_error *err)
{
    unsigned char head[FP_ELF_HEAD_BYTES];
    size_t len = 0;
    cleanup_source struct fp_source *source = fp_scan_source(scan);
    enum fp_code code = fp_source_read_full(source, head, sizeof(head), &len, err);
    const char *architecture =
        code == FP_OK ? fp_elf_architecture(fp_elf_machine(head, len)) : NULL;
    if (architecture != NULL)
        keeper->architecture = architecture;
    return code;
}

static enum fp_code keep_file(struct keeper *keeper, const struct kept_rule *rule, const char *path,
                              uint64_t size, struct fp_scan *scan, struct fp_error *err)
{
    struct kept *kept = &keeper->kept[rule->kind];
    if (json_object_size(kept->texts) >= FILES_MAX)
        return FP_OK;
    if (size > rule->max_bytes)
        return pass_over(rule, "too large", err);
    if (size + kept->bytes > kind_max_bytes[rule->kind])
        return pass_over(rule, "too large in all its places together", err);
    cleanup_buf struct fp_buf text = FP_BUF_INIT((size_t) rule->max_bytes);
    cleanup_source struct fp_source *source = fp_scan_source(scan);
    FP_TRY(fp_source_read_all(source, &text, err));
    if (!is_of_use(rule, &text))
        return pass_over(rule, "not a text file", err);
    keep(kept, path, &text);
    return FP_OK;
}

enum fp_code fp_keeper_visit(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                             const char *raw_path, enum fp_scan_action *ret_action,
                             struct fp_error *err)
{
    struct keeper *keeper = context;
    /* The file was put into the tree before. It is elsewhere if the path has links in it. */
    const struct fp_entry *put = fp_tree_get(keeper->tree, entry->path);
    if (put == NULL || put->kind != FP_ENTRY_FILE)
        put = fp_tree_resolve(keeper->tree, entry->path);
    const char *path = put != NULL ? put->path : entry->path;
    const struct kept_rule *rule = find_rule(entry->path);
    (void) raw_path;
    if (fp_text_ends_with(entry->path, "bin/java") && keeper->javas.len < FILES_MAX)
        fp_strv_add(&keeper->javas, entry->path);
    *ret_action = FP_SCAN_SKIP;
    forget(keeper, path);
    if (rule == NULL || rule->kind == KEPT_SETTINGS)
        rule = find_rule(path) != NULL ? find_rule(path) : rule;
    if ((rule == NULL || rule->kind == KEPT_SETTINGS) && fp_machine_is_of_use(entry->path))
        return note_machine(keeper, scan, err);
    return rule != NULL ? keep_file(keeper, rule, path, entry->size, scan, err) : FP_OK;
}

json_t *fp_keeper_texts(const struct keeper *keeper)
{
    json_t *texts = json_object();
    bool has_settings = fp_base_apk_directory(keeper->tree) != NULL;
    for (size_t i = 0; i < KEPT_KINDS; i++) {
        const char *path = NULL;
        json_t *value = NULL;
        json_object_foreach(keeper->kept[i].texts, path, value)
        {
            const struct fp_entry *entry = fp_tree_get(keeper->tree, path);
            if (entry != NULL && entry->kind == FP_ENTRY_FILE &&
                (i != KEPT_SETTINGS || has_settings))
                fp_json_set(texts, path, json_incref(value));
        }
    }
    return texts;
}

void fp_keeper_clear(struct keeper *keeper)
{
    for (size_t i = 0; i < KEPT_KINDS; i++)
        json_decref(keeper->kept[i].texts);
    fp_strv_clear(&keeper->javas);
    *keeper = (struct keeper){0};
}
