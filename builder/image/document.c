/* Reads a manifest or index as JSON, and determines which of the two it is. */
#include "internal.h"

#include <string.h>
#include <strings.h>

/* Types that are ignored, because servers of plain files send them for any document. */
static const char *const vague_types[] = {
    "application/json",
    "application/octet-stream",
    "binary/octet-stream",
    "text/plain",
};

/* The media type in a Content-Type without its parameters. */
static char *bare_type(const char *content_type)
{
    if (content_type == NULL)
        return fp_xstrdup("");
    content_type += strspn(content_type, " \t");
    return fp_xstrndup(content_type, strcspn(content_type, "; \t\r\n"));
}

static bool is_vague(const char *type)
{
    for (size_t i = 0; i < sizeof(vague_types) / sizeof(vague_types[0]); i++) {
        if (strcasecmp(type, vague_types[i]) == 0)
            return true;
    }
    return type[0] == '\0';
}

static const char *known_type(const char *type)
{
    static const char *const known[] = {FP_MEDIA_OCI_INDEX, FP_MEDIA_OCI_MANIFEST,
                                        FP_MEDIA_DOCKER_LIST, FP_MEDIA_DOCKER_MANIFEST};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcasecmp(type, known[i]) == 0)
            return known[i];
    }
    return NULL;
}

static enum fp_code fail_schema1(const char *name, struct fp_error *err)
{
    return fp_hinted(
        fp_fail(err, FP_E_INPUT,
                "%s: a manifest of Docker's schema 1, which was given up in 2017 for want of "
                "verifiable digests",
                name),
        err, "push the image again with a tool of today, or use another tag");
}

static enum fp_code check_schema(const json_t *document, const char *type, const char *name,
                                 struct fp_error *err)
{
    const json_t *version = json_object_get(document, "schemaVersion");
    if (strncasecmp(type, "application/vnd.docker.distribution.manifest.v1+", 48) == 0 ||
        json_integer_value(version) == 1 || json_object_get(document, "fsLayers") != NULL)
        return fail_schema1(name, err);
    if (!json_is_integer(version) || json_integer_value(version) != 2)
        return fp_fail(err, FP_E_INPUT,
                       "%s: not an image manifest or index: 'schemaVersion' is not 2", name);
    return FP_OK;
}

/* A member that is null counts as missing, as in Go. */
static bool has(const json_t *document, const char *key)
{
    const json_t *value = json_object_get(document, key);
    return value != NULL && !json_is_null(value);
}

/* Determine the type by the members, which must fit exactly one kind. */
static enum fp_code type_by_members(const json_t *document, const char *name, const char **ret,
                                    struct fp_error *err)
{
    bool index = has(document, "manifests");
    bool manifest = has(document, "layers") || has(document, "config");
    if (index && manifest)
        return fp_fail(err, FP_E_INPUT,
                       "%s: both a manifest and an index, as it has 'manifests' beside 'layers' or "
                       "'config' (CVE-2021-41190)",
                       name);
    const char *key = index ? "manifests" : "layers";
    const json_t *list = json_object_get(document, key);
    bool is_config = json_is_object(json_object_get(document, "config"));
    /* Go writes null for an empty list. */
    if (!json_is_array(list) && !(json_is_null(list) && is_config))
        return fp_fail(err, FP_E_INPUT, "%s: not an image manifest or index: no array '%s'", name,
                       key);
    if (!index && !is_config)
        return fp_fail(err, FP_E_INPUT, "%s: not an image manifest: no object 'config'", name);
    *ret = index ? FP_MEDIA_OCI_INDEX : FP_MEDIA_OCI_MANIFEST;
    return FP_OK;
}

/* Return the type that the document or the server states, or NULL if neither does. */
static enum fp_code stated_type(const json_t *document, const char *content_type, const char *name,
                                const char **ret, struct fp_error *err)
{
    const json_t *member = json_object_get(document, "mediaType");
    const char *own = json_string_value(member);
    if (has(document, "mediaType") && (own == NULL || known_type(own) == NULL))
        return fp_fail(err, FP_E_INPUT, "%s: media type '%.150s' is no image manifest or index",
                       name, own != NULL ? own : "(not a string)");
    if (!is_vague(content_type) && known_type(content_type) == NULL)
        return fp_fail(err, FP_E_INPUT,
                       "%s: announced as '%.150s', which is no image manifest or index", name,
                       content_type);
    const char *outer = is_vague(content_type) ? NULL : known_type(content_type);
    const char *inner = own != NULL ? known_type(own) : NULL;
    if (outer != NULL && inner != NULL && outer != inner)
        return fp_fail(err, FP_E_INPUT,
                       "%s: says that it is '%s' and was announced as '%s' (CVE-2021-41190)", name,
                       inner, outer);
    *ret = inner != NULL ? inner : outer;
    return FP_OK;
}

enum fp_code fp_document_type(const json_t *document, const char *content_type, const char *name,
                              const char **ret, struct fp_error *err)
{
    if (!json_is_object(document))
        return fp_fail(err, FP_E_INPUT, "%s: not an image manifest or index: not an object", name);
    cleanup_free char *type = bare_type(content_type);
    const char *stated = NULL;
    const char *found = NULL;
    FP_TRY(check_schema(document, type, name, err));
    FP_TRY(stated_type(document, type, name, &stated, err));
    FP_TRY(type_by_members(document, name, &found, err));
    if (stated == NULL)
        stated = found;
    if (fp_media_is_index(stated) != fp_media_is_index(found))
        return fp_fail(err, FP_E_INPUT, "%s: says that it is '%s' and has the members of '%s'",
                       name, stated, found);
    *ret = stated;
    return FP_OK;
}

enum fp_code fp_document_read(const char *text, size_t len, const char *content_type,
                              const char *name, json_t **ret, const char **ret_type,
                              struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    if (len > FP_MANIFEST_MAX_BYTES)
        return fp_fail(err, FP_E_INPUT, "%s: %zu bytes, manifests of at most %zu are accepted",
                       name, len, FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_json_parse(text, len, name, &document, err));
    FP_TRY(fp_document_type(document, content_type, name, ret_type, err));
    *ret = steal_pointer(&document);
    return FP_OK;
}

char *fp_document_bytes(json_t *take_members, const char *media_type, json_t *annotations)
{
    cleanup_json json_t *document = take_members;
    fp_json_set(document, "schemaVersion", json_integer(2));
    fp_json_set_text(document, "mediaType", media_type);
    if (json_object_size(annotations) > 0)
        (void) json_object_set(document, "annotations", annotations);
    return fp_json_canonical(document);
}
