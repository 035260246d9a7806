/* Reads the package state of a base: apk's database, repositories, keys and accounts. */
#include "flinkpack/alpine/install.h"
#include "flinkpack/base.h"
#include "installer.h"

#include <string.h>

#define DATABASE_MAX_BYTES ((size_t) 16 << 20)
#define TEXT_MAX_BYTES     ((size_t) 1 << 20)
#define MORE_MAX_BYTES     ((size_t) 32 << 10)
#define FILES_MAX          64
#define REPOSITORIES       "etc/apk/repositories"
/* Where a system that has no database gets one. */
#define NEW_DATABASE "lib/apk/db"

bool fp_apk_is_used(const struct fp_tree *tree)
{
    return fp_base_apk_directory(tree) != NULL;
}

/* The files that are read, in this order, before keys and lists of repositories. */
enum wanted {
    WANT_INSTALLED,
    WANT_TRIGGERS,
    WANT_SCRIPTS,
    WANT_SCRIPTS_GZ,
    WANT_WORLD,
    WANT_ARCH,
    WANT_PASSWD,
    WANT_GROUP,
    WANT_SHELLS,
    WANT_MORE,
};

static void list_files(const struct fp_apk_system *root, struct fp_strv *ret)
{
    fp_strv_addf(ret, "%s/installed", root->folder);
    fp_strv_addf(ret, "%s/triggers", root->folder);
    fp_strv_addf(ret, "%s/scripts.tar", root->folder);
    fp_strv_addf(ret, "%s/scripts.tar.gz", root->folder);
    fp_strv_add(ret, "etc/apk/world");
    fp_strv_add(ret, "etc/apk/arch");
    fp_strv_add(ret, "etc/passwd");
    fp_strv_add(ret, "etc/group");
    fp_strv_add(ret, "etc/shells");
}

/* Lists the files of a directory that end in `suffix`, unless `seen` has the same name. */
static void list_folder(const struct fp_tree *tree, const char *folder, const char *suffix,
                        struct fp_strv *seen, struct fp_strv *ret)
{
    cleanup_strv struct fp_strv names = {0};
    const struct fp_entry *at = fp_tree_resolve(tree, folder);
    if (at == NULL || at->kind != FP_ENTRY_DIR)
        return;
    cleanup_free char *real = fp_xstrdup(at->path);
    fp_tree_children(tree, real, &names);
    for (size_t i = 0; i < names.len && i < FILES_MAX; i++) {
        const char *name = names.items[i];
        if (name[0] == '.' || !fp_text_ends_with(name, suffix) || fp_strv_has(seen, name))
            continue;
        fp_strv_add(seen, name);
        fp_strv_addf(ret, "%s/%s", real, name);
    }
}

static int by_base(const void *left, const void *right)
{
    return strcmp(fp_path_base(*(char *const *) left), fp_path_base(*(char *const *) right));
}

/* Lists keys and lists of repositories. A file below /etc overrides one of its name below /lib. */
static void list_more(const struct fp_tree *tree, const char *arch, struct fp_strv *ret)
{
    cleanup_free char *shared = fp_path_join("usr/share/apk/keys", arch);
    cleanup_strv struct fp_strv keys = {0};
    cleanup_strv struct fp_strv lists = {0};
    list_folder(tree, "etc/apk/keys", ".pub", &keys, ret);
    list_folder(tree, "lib/apk/keys", ".pub", &keys, ret);
    list_folder(tree, shared, ".pub", &keys, ret);
    fp_strv_add(ret, REPOSITORIES);
    size_t first = ret->len;
    list_folder(tree, "etc/apk/repositories.d", ".list", &lists, ret);
    list_folder(tree, "lib/apk/repositories.d", ".list", &lists, ret);
    if (ret->len > first)
        qsort(ret->items + first, ret->len - first, sizeof(*ret->items), by_base);
}

static bool is_key(const char *path)
{
    return fp_text_ends_with(path, ".pub");
}

/* Takes keys and lists of repositories. Invalid keys are ignored, as they do no harm. */
static void take_more(const struct fp_strv *paths, const struct fp_buf *contents,
                      struct fp_apk_system *root)
{
    for (size_t i = WANT_MORE; i < paths->len; i++) {
        const char *text = fp_buf_text(&contents[i]);
        if (is_key(paths->items[i]) && contents[i].len > 0)
            (void) !fp_apk_keys_add(root->keys, fp_path_base(paths->items[i]), text, NULL);
        if (is_key(paths->items[i]))
            continue;
        fp_strv_add(&root->repository_files, paths->items[i]);
        fp_strv_add(&root->repository_texts, text);
    }
}

static enum fp_code take_scripts(struct fp_buf *plain, struct fp_buf *gzip,
                                 struct fp_apk_system *root, struct fp_error *err)
{
    root->scripts = (struct fp_buf) FP_BUF_INIT(SCRIPTS_MAX_BYTES);
    root->scripts_gzip = plain->len == 0 && gzip->len > 0;
    const struct fp_buf *from = root->scripts_gzip ? gzip : plain;
    cleanup_source struct fp_source *source = fp_source_inflate(
        fp_source_memory(fp_buf_text(from), from->len), "scripts.tar", SCRIPTS_MAX_BYTES, NULL);
    return fp_source_read_all(source, &root->scripts, err);
}

static enum fp_code take_files(const struct fp_strv *paths, struct fp_buf *contents,
                               const char *arch, struct fp_apk_system *root, struct fp_error *err)
{
    for (size_t i = 0; i < paths->len; i++) {
        bool binary = i == WANT_SCRIPTS || i == WANT_SCRIPTS_GZ || is_key(paths->items[i]);
        if (!binary && strlen(fp_buf_text(&contents[i])) != contents[i].len)
            return fp_fail(err, FP_E_INPUT, "base: /%s has a NUL in it", paths->items[i]);
    }
    root->installed = fp_buf_take(&contents[WANT_INSTALLED]);
    root->triggers = fp_buf_take(&contents[WANT_TRIGGERS]);
    root->world = fp_buf_take(&contents[WANT_WORLD]);
    root->arch = fp_buf_take(&contents[WANT_ARCH]);
    root->passwd = fp_buf_take(&contents[WANT_PASSWD]);
    root->group = fp_buf_take(&contents[WANT_GROUP]);
    root->shells = fp_buf_take(&contents[WANT_SHELLS]);
    root->arch[strcspn(root->arch, "\r\n \t")] = '\0';
    if (root->arch[0] == '\0') {
        free(root->arch);
        root->arch = fp_xstrdup(arch);
    }
    if (root->arch[strspn(root->arch, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
        return fp_fail(err, FP_E_INPUT, "base: /%s: '%.60s' is no architecture",
                       paths->items[WANT_ARCH], root->arch);
    take_more(paths, contents, root);
    cleanup_free char *name = fp_xasprintf("base: /%s", paths->items[WANT_INSTALLED]);
    FP_TRY(take_scripts(&contents[WANT_SCRIPTS], &contents[WANT_SCRIPTS_GZ], root, err));
    return fp_apk_installed_parse(root->installed, name, &root->packages, err);
}

enum fp_code fp_apk_system_read(const struct fp_tree *tree, fp_apk_reader reader, void *context,
                                const char *arch, struct fp_apk_system *ret, struct fp_error *err)
{
    const char *folder = fp_base_apk_directory(tree);
    struct fp_apk_system root = {.tree = tree,
                                 .reader = reader,
                                 .context = context,
                                 .folder = fp_xstrdup(folder != NULL ? folder : NEW_DATABASE),
                                 .has_database = folder != NULL,
                                 .has_world = fp_tree_resolve(tree, "etc/apk/world") != NULL,
                                 .keys = fp_apk_keys_new()};
    cleanup_strv struct fp_strv paths = {0};
    list_files(&root, &paths);
    list_more(tree, arch, &paths);
    struct fp_buf *contents = fp_xcalloc(paths.len, sizeof(*contents));
    for (size_t i = 0; i < paths.len; i++)
        contents[i].max = i == WANT_INSTALLED                         ? DATABASE_MAX_BYTES
                          : i >= WANT_MORE                            ? MORE_MAX_BYTES
                          : i == WANT_SCRIPTS || i == WANT_SCRIPTS_GZ ? SCRIPTS_MAX_BYTES
                                                                      : TEXT_MAX_BYTES;
    enum fp_code code = reader(context, &paths, contents, err);
    if (code == FP_OK)
        code = take_files(&paths, contents, arch, &root, err);
    for (size_t i = 0; i < paths.len; i++)
        fp_buf_clear(&contents[i]);
    free(contents);
    if (code != FP_OK) {
        fp_apk_system_clear(&root);
        return code;
    }
    *ret = root;
    return FP_OK;
}

static enum fp_code read_nothing(void *context, const struct fp_strv *paths,
                                 struct fp_buf *contents, struct fp_error *err)
{
    (void) context;
    (void) paths;
    (void) contents;
    (void) err;
    return FP_OK;
}

void fp_apk_system_new(const struct fp_tree *tree, const char *repositories, const char *arch,
                       struct fp_apk_system *ret)
{
    *ret = (struct fp_apk_system){.tree = tree,
                                  .reader = read_nothing,
                                  .folder = fp_xstrdup(NEW_DATABASE),
                                  .has_world = true,
                                  .installed = fp_xstrdup(""),
                                  .triggers = fp_xstrdup(""),
                                  .world = fp_xstrdup(""),
                                  .arch = fp_xstrdup(arch),
                                  .passwd = fp_xstrdup(""),
                                  .group = fp_xstrdup(""),
                                  .shells = fp_xstrdup(""),
                                  .scripts = FP_BUF_INIT(SCRIPTS_MAX_BYTES),
                                  .keys = fp_apk_keys_new()};
    fp_strv_add(&ret->repository_files, REPOSITORIES);
    fp_strv_add(&ret->repository_texts, repositories);
}

static bool package_has(const struct fp_apk_package *package,
                        const struct fp_apk_dependency *dependency)
{
    struct fp_apk_text list = fp_apk_text(package->fields[FP_APK_PROVIDES]);
    struct fp_apk_text word = {0};
    if (fp_apk_text_equal(dependency->name, fp_apk_text(package->fields[FP_APK_NAME])) &&
        fp_apk_dependency_accepts(dependency, fp_apk_text(package->fields[FP_APK_VERSION])))
        return true;
    while (fp_apk_text_word(&list, &word)) {
        struct fp_apk_dependency provided = {0};
        if (fp_apk_dependency_parse(word, &provided, NULL) == FP_OK &&
            fp_apk_text_equal(provided.name, dependency->name) &&
            fp_apk_dependency_accepts(dependency, provided.version))
            return true;
    }
    return false;
}

bool fp_apk_system_has(const struct fp_apk_system *root, const char *dependency)
{
    struct fp_apk_dependency parsed = {0};
    if (fp_apk_dependency_parse(fp_apk_text(dependency), &parsed, NULL) != FP_OK)
        return false;
    for (size_t i = 0; i < root->packages.count; i++) {
        if (package_has(&root->packages.packages[i], &parsed))
            return true;
    }
    return false;
}

static bool is_same_name(const char *one, const char *other)
{
    struct fp_apk_dependency a = {0};
    struct fp_apk_dependency b = {0};
    return fp_apk_dependency_parse(fp_apk_text(one), &a, NULL) == FP_OK &&
           fp_apk_dependency_parse(fp_apk_text(other), &b, NULL) == FP_OK &&
           fp_apk_text_equal(a.name, b.name);
}

/* Whether a request names the same package as a line of the world. */
static bool is_renewed(const char *line, const struct fp_strv *requests)
{
    for (size_t i = 0; i < requests->len; i++) {
        if (is_same_name(line, requests->items[i]))
            return true;
    }
    return false;
}

void fp_apk_world_split(const struct fp_apk_system *root, const struct fp_strv *requests,
                        struct fp_strv *ret)
{
    cleanup_strv struct fp_strv lines = {0};
    cleanup_free char *text = fp_xstrdup(root->world);
    for (char *c = strpbrk(text, "\n\t\r"); c != NULL; c = strpbrk(c, "\n\t\r"))
        *c = ' ';
    fp_strv_split(&lines, text, ' ');
    for (size_t i = 0; i < lines.len; i++) {
        if (!is_renewed(lines.items[i], requests))
            fp_strv_add(ret, lines.items[i]);
    }
}

void fp_apk_system_clear(struct fp_apk_system *root)
{
    free(root->folder);
    free(root->installed);
    free(root->triggers);
    free(root->world);
    fp_strv_clear(&root->repository_files);
    fp_strv_clear(&root->repository_texts);
    free(root->arch);
    free(root->passwd);
    free(root->group);
    free(root->shells);
    fp_buf_clear(&root->scripts);
    fp_apk_keys_free(root->keys);
    fp_apk_index_clear(&root->packages);
    *root = (struct fp_apk_system){0};
}
