/* Keeps the contents of the few files of a base that later steps need. */
#include "internal.h"

#include <string.h>

/* These limits allow for the accounts of a large site; a release file is a dozen short lines. */
#define ACCOUNTS_MAX_BYTES ((uint64_t) 1 << 20)
#define RELEASE_MAX_BYTES  ((uint64_t) 4 << 10)
#define FILES_MAX          256
/* The limit of all kept files together, as each layer may have its accounts in another place. */
#define KEPT_MAX_BYTES ((uint64_t) 8 << 20)

static const struct kept_rule {
    const char *path;
    uint64_t max_bytes;
    bool needed; /* a file that is too large or binary is an error, and not just skipped */
} wanted[] = {
    {"etc/passwd", ACCOUNTS_MAX_BYTES, true},         {"etc/group", ACCOUNTS_MAX_BYTES, true},
    {"etc/shadow", ACCOUNTS_MAX_BYTES, true},         {"etc/os-release", RELEASE_MAX_BYTES, false},
    {"usr/lib/os-release", RELEASE_MAX_BYTES, false},
};
/* The rule for any file "release"; its content shows whether it belongs to a Java home. */
static const struct kept_rule java_release = {"release", RELEASE_MAX_BYTES, false};

static const struct kept_rule *find_wanted(const char *path)
{
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (strcmp(path, wanted[i].path) == 0)
            return &wanted[i];
    }
    return strcmp(fp_path_base(path), java_release.path) == 0 ? &java_release : NULL;
}

/* Removes the kept content of a path, because a later layer replaces the file. This is also right
 * if the new file ends up at another path through a link. */
static void forget(struct keeper *keeper, const char *path)
{
    size_t i = 0;
    while (i < keeper->count && strcmp(keeper->files[i].path, path) != 0)
        i++;
    if (i == keeper->count)
        return;
    keeper->bytes -= keeper->files[i].len;
    free(keeper->files[i].path);
    free(keeper->files[i].text);
    keeper->count--;
    keeper->settled -= i < keeper->settled;
    memmove(&keeper->files[i], &keeper->files[i + 1], (keeper->count - i) * sizeof(*keeper->files));
}

static void keep(struct keeper *keeper, const char *path, struct fp_buf *text)
{
    forget(keeper, path);
    keeper->files = fp_xreallocarray(keeper->files, keeper->count + 1, sizeof(*keeper->files));
    struct kept_file *file = &keeper->files[keeper->count++];
    *file = (struct kept_file){.path = fp_xstrdup(path), .len = text->len};
    file->text = fp_buf_take(text);
    keeper->bytes += file->len;
}

static bool is_of_use(const struct kept_rule *rule, const struct fp_buf *text)
{
    if (text->len != strlen(fp_buf_text(text)))
        return false;
    cleanup_free char *version = fp_assignment_value(fp_buf_text(text), "JAVA_VERSION");
    return rule != &java_release || version != NULL;
}

/* Skipping an optional file loses a version number at most, but a needed file is never guessed. */
static enum fp_code pass_over(const struct kept_rule *rule, const char *why, struct fp_error *err)
{
    return rule->needed ? fp_fail(err, FP_E_INPUT, "base: /%s is %s", rule->path, why) : FP_OK;
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

enum fp_code fp_keeper_visit(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                             const char *raw_path, enum fp_scan_action *ret_action,
                             struct fp_error *err)
{
    struct keeper *keeper = context;
    const struct kept_rule *rule = find_wanted(entry->path);
    (void) raw_path;
    if (fp_text_ends_with(entry->path, "bin/java") && keeper->javas.len < FILES_MAX)
        fp_strv_add(&keeper->javas, entry->path);
    *ret_action = FP_SCAN_SKIP;
    if (rule == NULL && fp_machine_is_of_use(entry->path))
        return note_machine(keeper, scan, err);
    if (rule == NULL || (!rule->needed && keeper->count >= FILES_MAX))
        return FP_OK;
    if (entry->size > rule->max_bytes)
        return pass_over(rule, "too large", err);
    if (entry->size + keeper->bytes > KEPT_MAX_BYTES)
        return pass_over(rule, "too large in all its places together", err);
    cleanup_buf struct fp_buf text = FP_BUF_INIT((size_t) rule->max_bytes);
    cleanup_source struct fp_source *source = fp_scan_source(scan);
    FP_TRY(fp_source_read_all(source, &text, err));
    if (!is_of_use(rule, &text))
        return pass_over(rule, "not a text file", err);
    keep(keeper, entry->path, &text);
    return FP_OK;
}

void fp_keeper_settle(struct keeper *keeper, const struct fp_tree *tree)
{
    for (; keeper->settled < keeper->count; keeper->settled++) {
        struct kept_file *file = &keeper->files[keeper->settled];
        const struct fp_entry *entry = fp_tree_resolve(tree, file->path);
        if (entry == NULL || strcmp(entry->path, file->path) == 0)
            continue;
        /* The layer's path contains a link to a directory, as in bases with a merged /usr. */
        free(file->path);
        file->path = fp_xstrdup(entry->path);
    }
}

const char *fp_keeper_text(const struct keeper *keeper, const struct fp_tree *tree,
                           const char *path)
{
    const struct fp_entry *entry = fp_tree_resolve(tree, path);
    if (entry == NULL || entry->kind != FP_ENTRY_FILE)
        return NULL;
    for (size_t i = keeper->count; i > 0; i--) {
        const struct kept_file *file = &keeper->files[i - 1];
        /* A different size means that a later layer has a version of the file that was skipped. */
        if (strcmp(file->path, entry->path) == 0)
            return file->len == entry->size ? file->text : NULL;
    }
    return NULL;
}

void fp_keeper_clear(struct keeper *keeper)
{
    for (size_t i = 0; i < keeper->count; i++) {
        free(keeper->files[i].path);
        free(keeper->files[i].text);
    }
    free(keeper->files);
    fp_strv_clear(&keeper->javas);
    *keeper = (struct keeper){0};
}
