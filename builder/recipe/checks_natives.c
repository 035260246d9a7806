/* A check whether native code in the job's jars and in Flink runs on the base's C library. */
#include "checks.h"
#include "layers.h"

#include <string.h>

static bool names_rocksdb(const char *value)
{
    return strcasestr(value, "rocksdb") != NULL;
}

/* The setting that chooses RocksDB, for messages; NULL: none does. */
static char *rocksdb_chosen_by(const struct fp_plan *plan, const struct fp_flink *flink)
{
    for (size_t i = 0; i < plan->conf_keys.len; i++) {
        const char *key = plan->conf_keys.items[i];
        if ((strcmp(key, "state.backend") == 0 || strcmp(key, "state.backend.type") == 0) &&
            names_rocksdb(plan->conf_values.items[i]))
            return fp_xasprintf("--conf %s: RocksDB", key);
    }
    if (flink->has_dist && flink->dist.chooses_rocksdb)
        return fp_xasprintf("conf/%s: RocksDB", flink->traits->config_file);
    return NULL;
}

static bool is_for(const struct fp_jar_native *native, unsigned machine)
{
    return native->elf.machine == machine || native->elf.machine == 0 || machine == 0;
}

/* Whether two files are builds of one library, such as "librocksdbjni-linux64-musl.so" and
 * "librocksdbjni-linux64.so". */
static bool is_same_library(const struct fp_jar_native *a, const struct fp_jar_native *b)
{
    const char *name = fp_path_base(a->entry);
    const char *other = fp_path_base(b->entry);
    size_t len = strcspn(name, "-.");
    return len == strcspn(other, "-.") && strncmp(name, other, len) == 0;
}

static bool has_musl_twin(const struct fp_jar *jar, const struct fp_jar_native *native,
                          unsigned machine)
{
    for (size_t i = 0; i < jar->native_count; i++) {
        const struct fp_jar_native *other = &jar->natives[i];
        if (other->elf.libc == FP_ELF_MUSL && is_for(other, machine) &&
            is_same_library(native, other))
            return true;
    }
    return false;
}

/* Whether the image will have the library `file`, from the base or because `package` is added. */
static bool will_have(const struct fp_plan *plan, const struct fp_base_image *base,
                      const char *file, const char *package)
{
    if (fp_base_has_library(&base->facts, file))
        return true;
    if (!fp_apk_is_used(base->facts.tree))
        return false;
    cleanup_strv struct fp_strv added = {0};
    fp_packages_needed(plan, &added);
    return fp_strv_has(&added, package) || fp_packages_is_asked(plan, package);
}

/* Libraries that native code needs beside the C library, and their packages. */
static const struct requirement {
    const char *file;
    const char *package;
} REQUIREMENTS[] = {{"libstdc++.so.6", "libstdc++"}, {"libgcc_s.so.1", "libgcc"}};

/* Whether the image has a substitute for glibc: gcompat, or libc6-compat with glibc's loader. */
static bool has_compatibility(const struct fp_plan *plan, const struct fp_base_image *base)
{
    static const char *const LOADERS[] = {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
                                          "ld-linux.so.2", "ld64.so.2"};
    bool found = will_have(plan, base, "libgcompat.so.0", "gcompat");
    for (size_t i = 0; i < sizeof(LOADERS) / sizeof(LOADERS[0]); i++)
        found = found || will_have(plan, base, LOADERS[i], "libc6-compat");
    return found;
}

/* A missing package that the library needs to be loaded; NULL: none is missing. */
static const char *missing_package(const struct fp_plan *plan, const struct fp_base_image *base,
                                   const struct fp_jar_native *native)
{
    if (!has_compatibility(plan, base))
        return "gcompat";
    for (size_t i = 0; i < sizeof(REQUIREMENTS) / sizeof(REQUIREMENTS[0]); i++) {
        const struct requirement *need = &REQUIREMENTS[i];
        if (fp_strv_has(&native->elf.needed, need->file) &&
            !will_have(plan, base, need->file, need->package) &&
            !will_have(plan, base, need->file, "snappy"))
            return need->package;
    }
    return NULL;
}

/* Find native code of a jar for glibc and this machine that has no build for musl beside it. Code
 * that is refused takes precedence over code that only gives a message. */
static const struct fp_jar_native *find_native(const struct fp_plan *plan,
                                               const struct fp_base_image *base,
                                               const struct fp_jar *jar, const char **ret_missing)
{
    unsigned machine = fp_elf_machine_of(base->platform.architecture);
    const struct fp_jar_native *found = NULL;
    *ret_missing = NULL;
    for (size_t i = 0; i < jar->native_count && *ret_missing == NULL; i++) {
        const struct fp_jar_native *native = &jar->natives[i];
        if (native->elf.libc != FP_ELF_GLIBC || !is_for(native, machine) ||
            has_musl_twin(jar, native, machine))
            continue;
        *ret_missing = missing_package(plan, base, native);
        found = found == NULL || *ret_missing != NULL ? native : found;
    }
    return found;
}

/* Report or refuse native code for glibc in a jar. A jar of `option` may never be used, so its code
 * is only reported; NULL: the jar is the job's. */
static enum fp_code check_jar(const struct fp_check *check, const char *option, const char *path,
                              const struct fp_jar *jar, struct fp_error *err)
{
    const struct fp_plan *plan = check->plan;
    const char *missing = NULL;
    const struct fp_jar_native *native = find_native(plan, check->base, jar, &missing);
    unsigned java = check->flink->traits->default_java;
    if (native == NULL)
        return FP_OK;
    cleanup_free char *package = missing != NULL && fp_apk_is_used(check->base->facts.tree)
                                     ? fp_xasprintf("--package %s, ", missing)
                                     : fp_xstrdup("");
    if (option != NULL || missing == NULL || plan->allow_musl_natives) {
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "%s%s%s: %s is native code for glibc, and %s has musl%s%s: not all of it runs "
                  "there (%s--base temurin-%u-jre has glibc)",
                  option != NULL ? option : "", option != NULL ? " " : "", path, native->entry,
                  check->bases->name, missing != NULL ? " without " : "",
                  missing != NULL ? missing : "", package, java);
        return FP_OK;
    }
    return fp_hinted(fp_fail(err, FP_E_INPUT,
                             "%s: %s is native code for glibc, and %s has musl without %s", path,
                             native->entry, check->bases->name, missing),
                     err, "use %s--base temurin-%u-jre, or --allow-musl-natives if you know better",
                     package, java);
}

/* Check the jars of --lib and --plugin likewise. */
static enum fp_code check_files(const struct fp_check *check, const char *option,
                                const struct fp_strv *files, struct fp_error *err)
{
    for (size_t i = 0; i < files->len; i++) {
        __attribute__((cleanup(fp_jar_clear))) struct fp_jar jar = {0};
        if (!fp_text_ends_with(files->items[i], ".jar"))
            continue;
        FP_TRY(fp_jar_inspect(check->plan->context->cache, files->items[i], &jar, err));
        FP_TRY(check_jar(check, option, files->items[i], &jar, err));
    }
    return FP_OK;
}

/* Check Flink's own RocksDB, which before 1.14 cannot be loaded on musl, even with gcompat. */
static enum fp_code check_rocksdb(const struct fp_check *check, struct fp_error *err)
{
    const struct fp_flink *flink = check->flink;
    struct fp_reporter *reporter = check->plan->context->reporter;
    const char *base_name = check->bases->name;
    unsigned java = flink->traits->default_java;
    if (flink->traits->musl_rocksdb)
        return FP_OK;
    cleanup_free char *chosen = rocksdb_chosen_by(check->plan, flink);
    if (chosen == NULL && flink->has_dist)
        fp_report(reporter, FP_EVENT_WARNING,
                  "the RocksDB of Flink %s is native code for glibc, and %s has musl: jobs on it "
                  "cannot use that state backend (%s temurin-%u-jre can)",
                  flink->version.text, base_name, check->plan->base_option, java);
    if (chosen == NULL)
        return FP_OK;
    if (check->plan->allow_musl_natives) {
        fp_report(reporter, FP_EVENT_WARNING, "%s is native code for glibc, and %s has musl",
                  chosen, base_name);
        return FP_OK;
    }
    return fp_hinted(
        fp_fail(err, FP_E_INPUT, "%s is native code for glibc, and %s has musl", chosen, base_name),
        err, "use %s temurin-%u-jre, or --allow-musl-natives if you know better",
        check->plan->base_option, java);
}

enum fp_code fp_check_natives(const struct fp_check *check, struct fp_error *err)
{
    const struct fp_plan *plan = check->plan;
    if (!check->base->facts.musl)
        return FP_OK;
    FP_TRY(check_rocksdb(check, err));
    for (size_t i = 0; i < plan->job_jars.len; i++)
        FP_TRY(check_jar(check, NULL, plan->job_jars.items[i], &plan->jars[i], err));
    FP_TRY(check_files(check, "--lib", &plan->libs, err));
    for (size_t i = 0; i < plan->plugin_count; i++)
        FP_TRY(check_files(check, "--plugin", &plan->plugins[i].files, err));
    return FP_OK;
}

static bool will_have_jemalloc(const struct fp_plan *plan, const struct fp_base_image *base)
{
    return fp_base_has_jemalloc(&base->facts, fp_apk_arch(&base->platform)) ||
           (fp_apk_is_used(base->facts.tree) && fp_packages_is_asked(plan, "jemalloc"));
}

enum fp_code fp_check_allocator(const struct fp_check *check, struct fp_error *err)
{
    const struct fp_plan *plan = check->plan;
    const struct fp_bases *bases = check->bases;
    cleanup_free char *chosen = rocksdb_chosen_by(plan, check->flink);
    (void) err;
    for (size_t i = 0; i < bases->count && chosen != NULL; i++) {
        const struct fp_base_image *base = &bases->images[i];
        if (will_have_jemalloc(plan, base))
            continue;
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "%s without jemalloc, which %s lacks, takes more memory with time than it is "
                  "given (%s)",
                  chosen, bases->name,
                  fp_apk_is_used(base->facts.tree) ? "--package jemalloc"
                                                   : "a base with Debian's libjemalloc2 has it");
        return FP_OK;
    }
    return FP_OK;
}
