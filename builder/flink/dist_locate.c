/* Finds Flink in a list of entries by its jars, and reads its version from their names. */
#include <string.h>

#include "dist_steps.h"

#define DIST_PREFIX "flink-dist"
/* The most names that an error shows if an archive does not contain Flink. */
#define SHOWN_NAMES 8

/* Whether `path` is ROOT/lib/flink-dist*.jar; *ret_root_len is ROOT's length without a slash. */
static bool is_dist_jar(const char *path, size_t *ret_root_len)
{
    const char *base = fp_path_base(path);
    size_t dir_len = (size_t) (base - path);
    if (strncmp(base, DIST_PREFIX, strlen(DIST_PREFIX)) != 0 || !fp_text_ends_with(base, ".jar"))
        return false;
    if (dir_len < 4 || strncmp(base - 4, "lib/", 4) != 0)
        return false;
    if (dir_len > 4 && base[-5] != '/')
        return false;
    *ret_root_len = dir_len > 4 ? dir_len - 5 : 0;
    return true;
}

/* The number of directories in the path of `root_len` bytes. */
static size_t depth_of(const char *path, size_t root_len)
{
    size_t depth = root_len > 0;
    for (size_t i = 0; i < root_len; i++)
        depth += path[i] == '/';
    return depth;
}

/* The distributions in an archive or a directory. */
struct finding {
    const char *jar;   /* lib/flink-dist*.jar of the topmost distribution; NULL: none */
    size_t root_len;   /* the length of that distribution's directory in `jar` */
    size_t count;      /* the number of such jars in that distribution */
    const char *other; /* the jar of another distribution outside of it; NULL: none */
    size_t other_len;
};

static bool is_below(const char *path, const char *root, size_t root_len)
{
    return root_len == 0 || (strncmp(path, root, root_len) == 0 && path[root_len] == '/');
}

static void consider(struct finding *finding, const char *path, size_t root_len)
{
    const char *jar = finding->jar;
    if (jar != NULL && root_len == finding->root_len && strncmp(path, jar, root_len) == 0) {
        finding->count += strcmp(path, jar) != 0;
        return;
    }
    if (jar == NULL || depth_of(path, root_len) < depth_of(jar, finding->root_len)) {
        bool is_inside = jar == NULL || is_below(jar, path, root_len);
        finding->other = is_inside ? NULL : jar;
        finding->other_len = finding->root_len;
        finding->jar = path;
        finding->root_len = root_len;
        finding->count = 1;
    } else if (!is_below(path, jar, finding->root_len)) {
        finding->other = path;
        finding->other_len = root_len;
    }
}

static struct finding find_dist_jar(const struct fp_dist_list *list)
{
    struct finding finding = {0};
    for (size_t i = 0; i < list->len; i++) {
        const char *path = list->entries[i].path;
        size_t len = 0;
        if (list->entries[i].meta.kind != FP_ENTRY_DIR && is_dist_jar(path, &len))
            consider(&finding, path, len);
    }
    return finding;
}

/* If one of two distributions is higher than the other, it is used, and a message says so. */
static enum fp_code judge(const struct finding *finding, const char *name,
                          struct fp_reporter *reporter, struct fp_error *err)
{
    if (finding->count > 1)
        return fp_fail(err, FP_E_INPUT, "%s: lib/ holds %zu flink-dist jars, Flink takes one only",
                       name, finding->count);
    int root_len = (int) finding->root_len;
    if (depth_of(finding->jar, finding->root_len) >= FP_DIST_KEPT_DEPTH)
        return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: Flink lies too deep in it, in %.*s", name,
                                 root_len, finding->jar),
                         err,
                         "pack that folder alone, with tar -C, or name it with --from-local-dist");
    if (finding->other == NULL)
        return FP_OK;
    int other_len = (int) finding->other_len;
    if (depth_of(finding->other, finding->other_len) > depth_of(finding->jar, finding->root_len)) {
        fp_report(reporter, FP_EVENT_WARNING, "%s holds several Flinks: %.*s is taken, not %.*s",
                  name, root_len, finding->jar, other_len, finding->other);
        return FP_OK;
    }
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: several Flinks in it: %.*s and %.*s", name,
                             root_len, finding->jar, other_len, finding->other),
                     err, "unpack it, and name the folder of one with --from-local-dist");
}

/* List the first names at the top: "a, b, c, ...". */
static void top_names(const struct fp_dist_list *list, struct fp_buf *names)
{
    cleanup_strv struct fp_strv seen = {0};
    for (size_t i = 0; i < list->len && seen.len <= SHOWN_NAMES; i++) {
        const char *path = list->entries[i].meta.path;
        cleanup_free char *top = fp_xstrndup(path, strcspn(path, "/"));
        if (!fp_strv_has(&seen, top))
            fp_strv_add(&seen, top);
    }
    for (size_t i = 0; i < seen.len; i++) {
        const char *name = i < SHOWN_NAMES ? seen.items[i] : "...";
        fp_buf_putf(names, "%s%.80s", i > 0 ? ", " : "", name);
    }
}

/* Find a link in place of a directory, which packaged distributions may keep elsewhere. */
static const struct fp_dist_entry *find_linked(const struct fp_dist_list *list, const char *folder)
{
    for (size_t i = 0; i < list->len; i++) {
        const struct fp_dist_entry *entry = &list->entries[i];
        if (entry->meta.kind == FP_ENTRY_SYMLINK && strcmp(fp_path_base(entry->path), folder) == 0)
            return entry;
    }
    return NULL;
}

static enum fp_code fail_linked(const struct fp_dist_entry *entry, const char *name,
                                struct fp_error *err)
{
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: %s is a link to %s, and none is followed", name,
                             entry->path, entry->link),
                     err, FP_DIST_LINK_HINT);
}

static bool has_base(const struct fp_dist_list *list, const char *base)
{
    for (size_t i = 0; i < list->len; i++)
        if (strcmp(fp_path_base(list->entries[i].path), base) == 0)
            return true;
    return false;
}

static enum fp_code fail_no_flink(const struct fp_dist_list *list, const char *name,
                                  struct fp_error *err)
{
    cleanup_buf struct fp_buf names = FP_BUF_INIT(1024);
    const struct fp_dist_entry *linked = find_linked(list, "lib");
    if (linked != NULL)
        return fail_linked(linked, name, err);
    top_names(list, &names);
    enum fp_code code =
        fp_fail(err, FP_E_INPUT, "%s: no Flink in it: looked for lib/flink-dist*.jar, found %s",
                name, names.len > 0 ? fp_buf_text(&names) : "nothing at all");
    if (has_base(list, "pom.xml"))
        fp_hint(err, "this is source code: take the archive with '-bin-' in its name, or "
                     "build it and use --from-local-dist");
    else
        fp_hint(err, "take a binary release such as flink-1.20.4-bin-scala_2.12.tgz");
    return code;
}

/* Parse "flink-dist_2.11-1.6.0.jar" with a Scala version, or "flink-dist-2.4-SNAPSHOT.jar". */
static enum fp_code read_dist_name(const char *base, struct fp_distribution *ret,
                                   struct fp_error *err)
{
    const char *p = base + strlen(DIST_PREFIX);
    if (*p == '_') {
        size_t len = strcspn(++p, "-");
        ret->scala_version = fp_xstrndup(p, len);
        p += len;
    }
    size_t len = *p == '-' ? strlen(p + 1) - strlen(".jar") : 0;
    cleanup_free char *version = fp_xstrndup(p + (*p == '-' ? 1 : 0), len);
    if (fp_flink_version_parse(version, &ret->version, err) != FP_OK)
        return fp_context(FP_E_INPUT, err, "lib/%s", base);
    return FP_OK;
}

/* From 1.15 on only the name of this jar has the Scala version. */
static void read_scala_jar(const char *base, struct fp_distribution *ret)
{
    static const char PREFIX[] = "flink-scala_";
    if (ret->scala_version != NULL || strncmp(base, PREFIX, strlen(PREFIX)) != 0)
        return;
    const char *scala = base + strlen(PREFIX);
    ret->scala_version = fp_xstrndup(scala, strcspn(scala, "-"));
}

static void list_jars(const struct fp_dist_list *list, const char *root,
                      struct fp_distribution *ret)
{
    for (size_t i = 0; i < list->len; i++) {
        const struct fp_dist_entry *entry = &list->entries[i];
        const char *path = fp_dist_below(entry->path, root);
        if (path == NULL || entry->meta.kind == FP_ENTRY_DIR)
            continue;
        if (ret->newest_mtime_s < entry->meta.mtime_s && entry->meta.mtime_s <= FP_DIST_MAX_TIME_S)
            ret->newest_mtime_s = entry->meta.mtime_s;
        const char *slash = strchr(path, '/');
        bool direct = slash != NULL && strchr(slash + 1, '/') == NULL;
        if (direct && strncmp(path, "lib/", 4) == 0 && !fp_strv_has(&ret->lib_jars, slash + 1))
            fp_strv_add(&ret->lib_jars, slash + 1);
        if (direct && strncmp(path, "opt/", 4) == 0 && !fp_strv_has(&ret->opt_jars, slash + 1))
            fp_strv_add(&ret->opt_jars, slash + 1);
    }
    fp_strv_sort(&ret->lib_jars);
    fp_strv_sort(&ret->opt_jars);
}

static const struct fp_dist_entry *find_at(const struct fp_dist_list *list, const char *root,
                                           const char *wanted)
{
    for (size_t i = 0; i < list->len; i++) {
        const char *path = fp_dist_below(list->entries[i].path, root);
        if (path != NULL && strcmp(path, wanted) == 0)
            return &list->entries[i];
    }
    return NULL;
}

static enum fp_code check_scripts(const struct fp_dist_list *list, const char *root,
                                  const char *name, struct fp_error *err)
{
    if (find_at(list, root, "bin/taskmanager.sh") != NULL)
        return FP_OK;
    const struct fp_dist_entry *linked = find_linked(list, "bin");
    if (linked != NULL)
        return fail_linked(linked, name, err);
    return fp_fail(err, FP_E_INPUT, "%s: no Flink in it: bin/taskmanager.sh is missing", name);
}

/* Reject links in place of the configuration, because it is read here and patched for the image. */
static enum fp_code check_conf(const struct fp_dist_list *list, const char *root,
                               const struct fp_flink_version *version, const char *name,
                               struct fp_error *err)
{
    cleanup_free char *file = fp_path_join("conf", fp_flink_traits(version)->config_file);
    const char *const places[] = {"conf", file};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const struct fp_dist_entry *entry = find_at(list, root, places[i]);
        if (entry != NULL && entry->meta.kind == FP_ENTRY_SYMLINK)
            return fail_linked(entry, name, err);
    }
    return FP_OK;
}

enum fp_code fp_dist_locate(const struct fp_dist_list *list, const char *name,
                            struct fp_reporter *reporter, struct fp_distribution *ret,
                            char **ret_root, struct fp_error *err)
{
    struct finding finding = find_dist_jar(list);
    if (finding.jar == NULL)
        return fail_no_flink(list, name, err);
    cleanup_free char *root = fp_xstrndup(finding.jar, finding.root_len);
    FP_TRY(judge(&finding, name, reporter, err));
    FP_TRY(check_scripts(list, root, name, err));
    FP_TRY(fp_context(read_dist_name(fp_path_base(finding.jar), ret, err), err, "%s", name));
    FP_TRY(check_conf(list, root, &ret->version, name, err));
    list_jars(list, root, ret);
    for (size_t i = 0; i < ret->lib_jars.len; i++)
        read_scala_jar(ret->lib_jars.items[i], ret);
    ret->top = fp_xasprintf("flink-%s", ret->version.text);
    *ret_root = steal_pointer(&root);
    return FP_OK;
}
