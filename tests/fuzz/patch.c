/*
 * Patches of manifests. The input is the kind of patch ('m' or 's'), a document, a line "---", and
 * the patch. A merge patch behaves as in RFC 7396. After a patch of either kind, the object keeps
 * its identity and contains no directives.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "deploy/result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* The algorithm of section 2 of the RFC. */
static json_t *merge_patch(json_t *target, json_t *patch)
{
    const char *key = NULL;
    json_t *value = NULL;
    if (!json_is_object(patch))
        return json_deep_copy(patch);
    json_t *result = json_is_object(target) ? json_copy(target) : json_object();
    json_object_foreach(patch, key, value)
    {
        if (json_is_null(value))
            (void) json_object_del(result, key);
        else
            (void) json_object_set_new(result, key,
                                       merge_patch(json_object_get(result, key), value));
    }
    return result;
}

static bool has_directive(const json_t *value)
{
    const char *key = NULL;
    json_t *member = NULL;
    if (json_object_get(value, "$patch") != NULL)
        return true;
    json_object_foreach((json_t *) (uintptr_t) value, key, member)
    {
        if (has_directive(member))
            return true;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (has_directive(json_array_get(value, i)))
            return true;
    }
    return false;
}

static void check(const struct fp_deploy_patch *patch, json_t *document)
{
    struct fp_error err = {0};
    cleanup_json json_t *expected = merge_patch(document, (json_t *) (uintptr_t) patch->document);
    cleanup_json json_t *documents = json_pack("[O]", document);
    cleanup_json json_t *kind = json_deep_copy(json_object_get(document, "kind"));
    bool had_directive = has_directive(document);
    enum fp_code code = fp_patch_apply(patch, documents, &err);
    if (code != FP_OK) {
        require(code == FP_E_INPUT && err.text[0] != '\0');
        return;
    }
    json_t *after = json_array_get(documents, 0);
    require(after != NULL || !patch->is_merge);
    if (patch->is_merge)
        require(json_equal(after, expected));
    if (after == NULL)
        return;
    require(kind == NULL || json_equal(kind, json_object_get(after, "kind")));
    require(had_directive || !has_directive(after));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separator[] = "\n---\n";
    cleanup_json json_t *document = NULL;
    cleanup_json json_t *patch = NULL;
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    char *cut = strstr(text, separator);
    if (cut == NULL || cut == text)
        return 0;
    const char *change = cut + strlen(separator);
    *cut = '\0';
    if (fp_yaml_parse(text + 1, strlen(text + 1), "x", &document, NULL) != FP_OK ||
        fp_yaml_parse(change, strlen(change), "x", &patch, NULL) != FP_OK ||
        !json_is_object(document))
        return 0;
    const struct fp_deploy_patch given = {
        .name = "fuzz", .document = patch, .is_merge = text[0] == 'm'};
    check(&given, document);
    return 0;
}
