/* Reports what an addition of packages takes, and holds it against the pins. */
#include "fetch.h"

#include <string.h>

/* Returns the pin that a package fits, or NULL. Borrowed. */
static json_t *find_pin(const struct fp_apk_addition *addition,
                        const struct fp_apk_package *package)
{
    json_t *packages = json_object_get(addition->pins, "packages");
    json_t *pin = json_object_get(packages, package->fields[FP_APK_NAME]);
    return pin != NULL && fp_apk_pin_fits(pin, package) ? pin : NULL;
}

/* A path says nothing on another machine, so that it is left out. */
static void set_url(json_t *object, const char *key, const char *url)
{
    cleanup_free char *shown = fp_repository_display(url);
    if (shown[0] != '/')
        fp_json_set_text(object, key, shown);
}

static json_t *describe(const struct choice *from, const struct fp_apk_arrival *arrival)
{
    const struct fp_apk_package *package = arrival->change.package;
    const struct fp_apk_index *index = &from->indexes[package->repository];
    json_t *object = json_object();
    fp_json_set_text(object, "version", package->fields[FP_APK_VERSION]);
    fp_json_set_text(object, "checksum", package->fields[FP_APK_IDENTITY]);
    fp_json_set_text(object, "key", index->origin.key);
    /* A virtual package has no file. */
    if (arrival->contents.sha256[0] != '\0')
        fp_json_set_text(object, "sha256", arrival->contents.sha256);
    set_url(object, "repository", from->repositories.sources.items[package->repository]);
    return object;
}

static json_t *describe_indexes(const struct choice *from)
{
    json_t *list = json_array();
    for (size_t i = 0; i < from->count; i++) {
        const struct fp_apk_index_origin *origin = &from->indexes[i].origin;
        if (origin->key == NULL)
            continue;
        json_t *object = json_object();
        set_url(object, "url", from->repositories.sources.items[i]);
        fp_json_set_text(object, "sha256", origin->sha256);
        fp_json_set_text(object, "key", origin->key);
        fp_json_append(list, object);
    }
    return list;
}

json_t *fp_taken_report(const struct fp_apk_addition *addition, const struct choice *from,
                        const struct fp_apk_arrival *arrivals, size_t count)
{
    json_t *packages = json_object();
    json_t *indexes = json_object_get(addition->pins, "indexes");
    for (size_t i = 0; i < count; i++) {
        const struct fp_apk_package *package = arrivals[i].change.package;
        json_t *pin = find_pin(addition, package);
        cleanup_json json_t *name = fp_json_text(package->fields[FP_APK_NAME]);
        fp_json_set(packages, json_string_value(name),
                    pin != NULL ? json_deep_copy(pin) : describe(from, &arrivals[i]));
    }
    return json_pack("{s:o, s:o}", "packages", packages, "indexes",
                     addition->only_pins && indexes != NULL ? json_deep_copy(indexes)
                                                            : describe_indexes(from));
}

enum fp_code fp_taken_check(const struct fp_apk_addition *addition,
                            const struct fp_apk_arrival *arrival, struct fp_error *err)
{
    const struct fp_apk_package *package = arrival->change.package;
    const char *expected = fp_json_string(find_pin(addition, package), "sha256");
    const char *actual = arrival->contents.sha256;
    if (expected == NULL || strcmp(expected, actual) == 0)
        return FP_OK;
    cleanup_free char *title = fp_apk_package_title(package);
    return fp_fail(err, FP_E_VERIFY, "%s: the package is sha256:%s, pinned is sha256:%s", title,
                   actual[0] != '\0' ? actual : "none", expected);
}
