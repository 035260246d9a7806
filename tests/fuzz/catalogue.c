/*
 * An entry of the catalogue of bases: an accepted entry is complete, and is the same after writing
 * and reading.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static json_t *list_of(const struct fp_strv *words)
{
    json_t *list = json_array();
    for (size_t i = 0; i < words->len; i++)
        require(json_array_append_new(list, json_string(words->items[i])) == 0);
    return list;
}

static char *write_down(const struct fp_base_entry *entry)
{
    cleanup_json json_t *object = json_pack("{s:s, s:s, s:i}", "description", entry->description,
                                            "libc", entry->libc, "java", (int) entry->java);
    require(object != NULL);
    if (entry->reference != NULL) {
        require(json_object_set_new(object, "reference", json_string(entry->reference)) == 0 &&
                json_object_set(object, "digests", entry->digests) == 0);
        require(entry->facts == NULL || json_object_set(object, "facts", entry->facts) == 0);
    } else {
        require(json_object_set_new(object, "packages", list_of(&entry->packages)) == 0 &&
                json_object_set_new(object, "repositories", list_of(&entry->repositories)) == 0);
        require(entry->keys == NULL || json_object_set(object, "keys", entry->keys) == 0);
    }
    return json_dumps(object, JSON_COMPACT);
}

static void check_whole(const struct fp_base_entry *entry)
{
    cleanup_reference struct fp_reference reference = {0};
    require(entry->description != NULL && entry->java >= 8 && entry->java <= 99);
    require(strcmp(entry->libc, "musl") == 0 || strcmp(entry->libc, "glibc") == 0);
    require((entry->reference != NULL) == (entry->packages.len == 0));
    require(entry->reference != NULL || entry->repositories.len > 0);
    if (entry->reference != NULL)
        require(fp_reference_parse(entry->reference, &reference, NULL) == FP_OK &&
                reference.registry != NULL &&
                (reference.tag != NULL || fp_digest_is_set(&reference.digest)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_base_entry entry = {0};
    struct fp_base_entry again = {0};
    struct fp_error err = {0};
    enum fp_code code = fp_entry_parse((const char *) data, size, "fuzz", "x", &entry, &err);
    if (code != FP_OK) {
        require(code == FP_E_INPUT && err.text[0] != '\0' && entry.name == NULL);
        return 0;
    }
    check_whole(&entry);
    cleanup_free char *text = write_down(&entry);
    require(fp_entry_parse(text, strlen(text), "fuzz", "x", &again, &err) == FP_OK);
    require(same_text(entry.reference, again.reference) &&
            json_equal(entry.digests, again.digests));
    require(entry.packages.len == again.packages.len && entry.java == again.java);
    fp_base_entry_clear(&again);
    fp_base_entry_clear(&entry);
    return 0;
}
