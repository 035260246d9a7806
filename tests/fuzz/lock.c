/*
 * A lock: an accepted one is the same after writing and reading, and differs from itself in
 * nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/recipe.h"

#include "recipe/lock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void use_pins(const struct fp_lock *lock)
{
    const char *platform = NULL;
    json_t *value = NULL;
    cleanup_strv struct fp_strv platforms = {0};
    cleanup_strv struct fp_strv requests = {0};
    json_object_foreach(json_object_get(fp_lock_document(lock), "platforms"), platform, value)
    {
        const char *base = fp_json_string(value, "base");
        bool only = false;
        const json_t *pins = fp_lock_pins(lock, platform, "x", base != NULL ? base : "", "packages",
                                          &requests, &only);
        require(pins == NULL || json_is_object(json_object_get(pins, "packages")));
        fp_strv_add(&platforms, platform);
    }
    const json_t *base = json_object_get(fp_lock_document(lock), "base");
    const char *digest = fp_lock_base(lock, fp_json_string(base, "name"), &platforms);
    require(digest == fp_json_string(base, "digest"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_lock struct fp_lock *lock = NULL;
    cleanup_lock struct fp_lock *again = NULL;
    struct fp_error err = {0};
    struct fp_lock_changes changes = {0};
    enum fp_code code = fp_lock_parse((const char *) data, size, "fuzz", &lock, &err);
    if (code != FP_OK) {
        require(code == FP_E_INPUT && err.text[0] != '\0' && lock == NULL);
        return 0;
    }
    cleanup_free char *text = fp_lock_text(fp_lock_document(lock));
    require(fp_lock_parse(text, strlen(text), "fuzz", &again, &err) == FP_OK);
    fp_lock_compare(lock, fp_lock_document(again), &changes);
    require(changes.inputs.len + changes.products.len == 0);
    use_pins(lock);
    return 0;
}
