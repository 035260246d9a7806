/* Keeps a sorted table of all names that packages provide, and finds names by binary search. */
#include "attempt.h"

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

static void list_packages(const struct fp_apk_question *question, struct provides *provides)
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
            if (!index->packages[k].is_unusable)
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
    list_packages(question, ret);
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
