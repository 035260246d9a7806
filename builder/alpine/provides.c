/* Keeps a sorted table of all names that packages provide, and finds names by binary search. */
#include "attempt.h"

#include <string.h>

#define PROVIDERS_MAX ((size_t) 1 << 19)

static int compare_providers(const void *left, const void *right)
{
    const struct provider *a = left;
    const struct provider *b = right;
    int order = fp_apk_text_compare(a->name, b->name);
    return order != 0 ? order : (a->package > b->package) - (a->package < b->package);
}

static enum fp_code add(struct provides *provides, size_t *capacity,
                        const struct provider *provider, struct fp_error *err)
{
    if (provides->provider_count >= PROVIDERS_MAX)
        return fp_fail(err, FP_E_INPUT, "the repositories provide more than %zu names",
                       PROVIDERS_MAX);
    if (provides->provider_count == *capacity) {
        *capacity = *capacity > 0 ? 2 * *capacity : 1024;
        provides->providers =
            fp_xreallocarray(provides->providers, *capacity, sizeof(*provides->providers));
    }
    provides->providers[provides->provider_count++] = *provider;
    return FP_OK;
}

static enum fp_code add_package(struct provides *provides, size_t *capacity, uint32_t number,
                                struct fp_error *err)
{
    const struct fp_apk_package *package = provides->packages[number];
    struct fp_apk_text list = fp_apk_text(package->fields[FP_APK_PROVIDES]);
    struct fp_apk_text word = {0};
    struct provider own = {.name = fp_apk_text(package->fields[FP_APK_NAME]),
                           .version = fp_apk_text(package->fields[FP_APK_VERSION]),
                           .package = number};
    FP_TRY(add(provides, capacity, &own, err));
    while (fp_apk_text_word(&list, &word)) {
        struct fp_apk_dependency provided = {0};
        if (fp_apk_dependency_parse(word, &provided, NULL) != FP_OK || provided.is_conflict)
            continue;
        FP_TRY(add(provides, capacity, &(struct provider){provided.name, provided.version, number},
                   err));
    }
    return FP_OK;
}

bool fp_apk_pin_fits(const json_t *pin, const struct fp_apk_package *package)
{
    const char *version = fp_json_string(pin, "version");
    const char *checksum = fp_json_string(pin, "checksum");
    const char *identity = package->fields[FP_APK_IDENTITY];
    return version != NULL && strcmp(version, package->fields[FP_APK_VERSION]) == 0 &&
           (checksum == NULL || (identity != NULL && strcmp(checksum, identity) == 0));
}

/* Lists the pins that a repository has. */
static json_t *find_pins(const struct fp_apk_question *question)
{
    json_t *found = json_object();
    for (size_t i = 0; question->pins != NULL && i < question->repository_count; i++) {
        const struct fp_apk_index *index = question->repositories[i];
        for (size_t k = 0; k < index->count; k++) {
            const char *name = index->packages[k].fields[FP_APK_NAME];
            json_t *pin = json_object_get(question->pins, name);
            if (pin != NULL && fp_apk_pin_fits(pin, &index->packages[k]))
                fp_json_set(found, name, json_incref(pin));
        }
    }
    return found;
}

static enum fp_code check_pins(const struct fp_apk_question *question, const json_t *found,
                               struct fp_error *err)
{
    const char *name = NULL;
    json_t *pin = NULL;
    cleanup_strv struct fp_strv missing = {0};
    json_object_foreach((json_t *) (uintptr_t) question->pins, name, pin)
    {
        if (json_object_get(found, name) == NULL)
            fp_strv_addf(&missing, "%s-%s", name, fp_json_string(pin, "version"));
    }
    if (missing.len == 0)
        return FP_OK;
    fp_strv_sort(&missing);
    cleanup_free char *names = fp_strv_join(&missing, ", ", 1000);
    return fp_fail(err, FP_E_NOT_FOUND, "no repository has the pinned %s any more: %s",
                   missing.len == 1 ? "package" : "packages", names);
}

/* Whether a pin stands against a package. */
static bool is_pinned_out(const struct fp_apk_question *question, const json_t *found,
                          const struct fp_apk_package *package)
{
    const json_t *pin = json_object_get(found, package->fields[FP_APK_NAME]);
    return pin != NULL ? !fp_apk_pin_fits(pin, package) : question->only_pins;
}

static void list_packages(const struct fp_apk_question *question, const json_t *found,
                          struct provides *provides)
{
    size_t total = question->installed->count;
    for (size_t i = 0; i < question->repository_count; i++)
        total += question->repositories[i]->count;
    provides->packages = fp_xcalloc(total + 1, sizeof(struct fp_apk_package *));
    for (size_t i = 0; i < question->installed->count; i++)
        provides->packages[provides->package_count++] = &question->installed->packages[i];
    for (size_t i = 0; i < question->repository_count; i++) {
        const struct fp_apk_index *index = question->repositories[i];
        for (size_t k = 0; k < index->count; k++) {
            if (!index->packages[k].is_unusable &&
                !is_pinned_out(question, found, &index->packages[k]))
                provides->packages[provides->package_count++] = &index->packages[k];
        }
    }
}

static void number_names(struct provides *provides)
{
    provides->names = fp_xcalloc(provides->provider_count + 1, sizeof(*provides->names));
    for (size_t i = 0; i < provides->provider_count; i++) {
        bool same = i > 0 &&
                    fp_apk_text_equal(provides->providers[i].name, provides->providers[i - 1].name);
        if (!same)
            provides->names[provides->name_count++].first = (uint32_t) i;
        provides->names[provides->name_count - 1].count++;
    }
}

enum fp_code fp_provides_gather(const struct fp_apk_question *question, struct provides *ret,
                                struct fp_error *err)
{
    size_t capacity = 0;
    cleanup_json json_t *found = find_pins(question);
    if (question->only_pins)
        FP_TRY(check_pins(question, found, err));
    list_packages(question, found, ret);
    for (size_t i = 0; i < ret->package_count; i++)
        FP_TRY(add_package(ret, &capacity, (uint32_t) i, err));
    if (ret->provider_count > 0)
        qsort(ret->providers, ret->provider_count, sizeof(*ret->providers), compare_providers);
    number_names(ret);
    return FP_OK;
}

struct fp_apk_text fp_provides_name(const struct provides *provides, uint32_t name)
{
    return provides->providers[provides->names[name].first].name;
}

uint32_t fp_provides_find(const struct provides *provides, struct fp_apk_text name)
{
    size_t low = 0;
    size_t high = provides->name_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = fp_apk_text_compare(name, fp_provides_name(provides, (uint32_t) middle));
        if (order == 0)
            return (uint32_t) middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NO_NAME;
}

bool fp_provider_matches(const struct provides *provides, const struct provider *provider,
                         const struct fp_apk_dependency *dependency)
{
    if (!dependency->is_identity)
        return fp_apk_dependency_accepts(dependency, provider->version);
    return fp_apk_text_equal(
        fp_apk_text(provides->packages[provider->package]->fields[FP_APK_IDENTITY]),
        dependency->version);
}

void fp_provides_clear(struct provides *provides)
{
    free(provides->packages);
    free(provides->providers);
    free(provides->names);
    *provides = (struct provides){0};
}
