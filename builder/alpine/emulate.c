/* Emulates the known scripts of packages, and reports the unknown ones. */
#include "installer.h"

#include <string.h>

#define PATHS_MAX_BYTES  ((size_t) 256 << 10)
#define BUNDLE_MAX_BYTES ((size_t) 4 << 20)
#define JVM_FOLDER       "usr/lib/jvm"

typedef enum fp_code (*emulation)(struct installer *in, const struct fp_apk_arrival *arrival,
                                  struct fp_error *err);

static enum fp_code nothing(struct installer *in, const struct fp_apk_arrival *arrival,
                            struct fp_error *err)
{
    (void) in;
    (void) arrival;
    (void) err;
    return FP_OK;
}

static const struct fp_apk_file *find_file(const struct fp_apk_arrival *arrival, const char *path)
{
    for (size_t i = 0; i < arrival->contents.file_count; i++) {
        const struct fp_apk_file *file = &arrival->contents.files[i];
        if (file->entry.kind == FP_ENTRY_FILE && strcmp(file->entry.path, path) == 0)
            return file;
    }
    return NULL;
}

/* Returns the arrivals' file that has been written at a path, or NULL. */
static const struct fp_apk_file *find_new_file(const struct installer *in, const char *path)
{
    for (size_t i = 0; i < in->count; i++) {
        const struct fp_apk_file *file = find_file(&in->arrivals[i], path);
        if (file != NULL && !file->is_withdrawn && !file->is_beside)
            return file;
    }
    return NULL;
}

/* Emulates bash's post-install, "add-shell /bin/bash", if the base or another new package has
 * /etc/shells. */
static enum fp_code add_bash_shell(struct installer *in, const struct fp_apk_arrival *arrival,
                                   struct fp_error *err)
{
    static const char path[] = "etc/shells";
    const struct fp_apk_file *file = find_new_file(in, path);
    cleanup_buf struct fp_buf shells = FP_BUF_INIT(PATHS_MAX_BYTES);
    (void) arrival;
    if (file != NULL)
        FP_TRY(fp_installer_read(in, file, &shells, err));
    else
        fp_buf_puts(&shells, in->root->shells);
    FP_TRY(fp_buf_check(&shells, err));
    const char *text = fp_buf_text(&shells);
    if (*text == '\0' || strncmp(text, "/bin/bash\n", 10) == 0 ||
        strstr(text, "\n/bin/bash\n") != NULL)
        return FP_OK;
    fp_buf_puts(&shells, text[shells.len - 1] == '\n' ? "/bin/bash\n" : "\n/bin/bash\n");
    FP_TRY(fp_buf_check(&shells, err));
    fp_layer_builder_drop(in->target->builder, path);
    fp_installer_put_text(in, path, 0644, fp_buf_text(&shells), shells.len);
    return FP_OK;
}

/* Emulates "busybox --install -s": writes a link for each program of busybox that does not exist.
 * Alpine's package lists them since 3.18; older bases have their links already. */
static enum fp_code link_busybox(struct installer *in, const struct fp_apk_arrival *arrival,
                                 struct fp_error *err)
{
    const struct fp_apk_file *list = find_file(arrival, "etc/busybox-paths.d/busybox");
    cleanup_buf struct fp_buf text = FP_BUF_INIT(PATHS_MAX_BYTES);
    cleanup_strv struct fp_strv paths = {0};
    if (list == NULL) {
        if (arrival->change.replaced == NULL)
            fp_strv_add(&in->unknown, "busybox .post-install");
        return FP_OK;
    }
    FP_TRY(fp_installer_read(in, list, &text, err));
    fp_strv_split(&paths, fp_buf_text(&text), '\n');
    for (size_t i = 0; i < paths.len; i++) {
        const char *path = paths.items[i] + strspn(paths.items[i], "/");
        if (*path != '\0')
            fp_installer_put_link(in, path, "/bin/busybox");
    }
    return FP_OK;
}

/* Lists the names in a directory, both those in the base and the new ones. */
static void list_below(const struct installer *in, const char *folder, struct fp_strv *ret)
{
    cleanup_strv struct fp_strv names = {0};
    fp_tree_children(in->root->tree, folder, &names);
    fp_tree_children(in->made, folder, &names);
    fp_strv_sort(&names);
    for (size_t i = 0; i < names.len; i++) {
        if (i == 0 || strcmp(names.items[i], names.items[i - 1]) != 0)
            fp_strv_add(ret, names.items[i]);
    }
}

static void link_programs(struct installer *in, const char *java, const char *below)
{
    cleanup_free char *folder = fp_xasprintf(JVM_FOLDER "/%s/%s", java, below);
    cleanup_strv struct fp_strv names = {0};
    list_below(in, folder, &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *path = fp_path_join("usr/bin", names.items[i]);
        cleanup_free char *target =
            fp_xasprintf("../lib/jvm/default-jvm/%s/%s", below, names.items[i]);
        fp_installer_put_link(in, path, target);
    }
}

/* Returns the name with the highest version, or NULL. Borrowed from the list. */
static const char *choose_java(const struct fp_strv *names)
{
    const char *best = NULL;
    for (size_t i = 0; i < names->len; i++) {
        if (strncmp(names->items[i], "java-", 5) == 0 &&
            (best == NULL || strverscmp(names->items[i], best) > 0))
            best = names->items[i];
    }
    return best;
}

/* Emulates java-common's trigger: makes the highest version of Java the default, unless
 * "forced-jvm" exists, and links its programs into /usr/bin. */
static enum fp_code link_java(struct installer *in, const struct fp_apk_arrival *arrival,
                              struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    (void) arrival;
    (void) err;
    list_below(in, JVM_FOLDER, &names);
    const char *best = choose_java(&names);
    if (best == NULL || fp_installer_has(in, JVM_FOLDER "/forced-jvm"))
        return FP_OK;
    fp_installer_move_link(in, JVM_FOLDER "/default-jvm", best);
    link_programs(in, best, "bin");
    link_programs(in, best, "jre/bin");
    return FP_OK;
}

/* The scripts that can be emulated. If `type` is NULL, all scripts of the package are meant. */
static const struct known_script {
    const char *package;
    const char *type;
    emulation emulate;
} known[] = {
    {"bash", "post-install", add_bash_shell},
    {"bash", "post-upgrade", add_bash_shell},
    {"bash", "pre-deinstall", nothing},
    {"busybox", "post-install", link_busybox},
    {"busybox", NULL, nothing},
    /* In an image, the packages' files alone are enough, so these scripts are not needed. */
    {"alpine-baselayout", NULL, nothing},
    {"alpine-keys", NULL, nothing},
    {"ca-certificates", "trigger", nothing},
    {"ca-certificates", "post-deinstall", nothing},
    {"java-common", "trigger", link_java},
};

static const struct known_script *find_known(const char *package, const char *type)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].package, package) == 0 &&
            (known[i].type == NULL || strcmp(known[i].type, type) == 0))
            return &known[i];
    }
    return NULL;
}

/* Whether apk would run the script now. */
static bool would_run(const struct fp_apk_arrival *arrival, const char *type)
{
    if (strstr(type, "deinstall") != NULL)
        return false;
    if (strcmp(type, "trigger") == 0)
        return true;
    return (strstr(type, "upgrade") != NULL) == (arrival->change.replaced != NULL);
}

static enum fp_code emulate_package(struct installer *in, const struct fp_apk_arrival *arrival,
                                    struct fp_error *err)
{
    const char *name = arrival->change.package->fields[FP_APK_NAME];
    for (size_t i = 0; i < arrival->contents.script_count; i++) {
        const char *type = arrival->contents.scripts[i].type;
        const struct known_script *script = find_known(name, type);
        if (!would_run(arrival, type))
            continue;
        if (script != NULL)
            FP_TRY(script->emulate(in, arrival, err));
        else
            fp_strv_addf(&in->unknown, "%s .%s", name, type);
    }
    return FP_OK;
}

/* Reads the certificate bundle of a new package, or else that of the base. */
static enum fp_code read_bundle(struct installer *in, struct fp_buf *ret, struct fp_error *err)
{
    static const char path[] = "etc/ssl/certs/ca-certificates.crt";
    cleanup_strv struct fp_strv paths = {0};
    const struct fp_apk_file *file = find_new_file(in, path);
    if (file != NULL)
        return fp_installer_read(in, file, ret, err);
    fp_strv_add(&paths, path);
    return in->root->reader(in->root->context, &paths, ret, err);
}

/* Emulates the hook of java-cacerts, which the trigger of ca-certificates would run. */
static enum fp_code make_java_store(struct installer *in, struct fp_error *err)
{
    static const char path[] = "etc/ssl/certs/java/cacerts";
    cleanup_buf struct fp_buf pem = FP_BUF_INIT(BUNDLE_MAX_BYTES);
    cleanup_buf struct fp_buf store = FP_BUF_INIT(BUNDLE_MAX_BYTES);
    uint64_t time = 0;
    bool arrives = false;
    for (size_t i = 0; i < in->count; i++) {
        const char *const *fields = in->arrivals[i].change.package->fields;
        if (strcmp(fields[FP_APK_NAME], "java-cacerts") != 0)
            continue;
        arrives = true;
        (void) fp_apk_number(fields[FP_APK_BUILD_TIME], &time);
    }
    if (!arrives || fp_installer_has(in, path))
        return FP_OK;
    FP_TRY(read_bundle(in, &pem, err));
    if (pem.len == 0) {
        fp_report(in->target->reporter, FP_EVENT_WARNING,
                  "no /etc/ssl/certs/ca-certificates.crt: this Java trusts no certificate "
                  "(--package ca-certificates-bundle)");
        return FP_OK;
    }
    FP_TRY(fp_cacerts_make(fp_buf_text(&pem), (int64_t) time, &store, err));
    fp_installer_put_text(in, path, 0644, fp_buf_text(&store), store.len);
    return FP_OK;
}

enum fp_code fp_emulate_scripts(struct installer *in, struct fp_error *err)
{
    /* If the base has java-common, its trigger also runs for a new Java in /usr/lib/jvm. */
    if (in->count > 0 && fp_tree_get(in->made, JVM_FOLDER) != NULL &&
        fp_apk_system_has(in->root, "java-common"))
        FP_TRY(link_java(in, NULL, err));
    for (size_t i = 0; i < in->count; i++)
        FP_TRY(emulate_package(in, &in->arrivals[i], err));
    FP_TRY(make_java_store(in, err));
    if (in->unknown.len == 0)
        return FP_OK;
    cleanup_free char *list = fp_strv_join(&in->unknown, ", ", 1500);
    if (!in->target->strict) {
        fp_report(in->target->reporter, FP_EVENT_WARNING, "scripts of packages are not run: %s",
                  list);
        return FP_OK;
    }
    return fp_hinted(fp_fail(err, FP_E_INPUT, "scripts of packages would have to be run: %s", list),
                     err, "without --strict they are left out with a warning");
}
