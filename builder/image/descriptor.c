/* Parses and writes descriptors and lists of them. */
#include "internal.h"

#include <stdio.h>

static bool all_strings(const json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(json_iterable(object), key, value)
    {
        if (!json_is_string(value))
            return false;
    }
    return true;
}

enum fp_code fp_annotations_read(const json_t *document, const char *name, json_t **ret,
                                 struct fp_error *err)
{
    json_t *annotations = json_object_get(document, "annotations");
    *ret = NULL;
    if (annotations == NULL || json_is_null(annotations))
        return FP_OK;
    if (!json_is_object(annotations) || !all_strings(annotations))
        return fp_fail(err, FP_E_INPUT, "%s: 'annotations' is not an object of strings", name);
    *ret = json_incref(annotations);
    return FP_OK;
}

static enum fp_code check_urls(const json_t *object, const char *name, struct fp_error *err)
{
    const json_t *urls = json_object_get(object, "urls");
    if (urls == NULL || json_is_null(urls) || (json_is_array(urls) && json_array_size(urls) == 0))
        return FP_OK;
    return fp_hinted(
        fp_fail(err, FP_E_INPUT,
                "%s: a descriptor has 'urls': content from foreign servers is never fetched", name),
        err, "use an image whose layers all lie in its registry");
}

static enum fp_code read_media_type(const json_t *object, const char *name, char *slot,
                                    struct fp_error *err)
{
    const char *media_type = NULL;
    FP_TRY(fp_json_need_string(object, "mediaType", name, &media_type, err));
    if (!fp_media_is_valid(media_type))
        return fp_fail(err, FP_E_INPUT, "%s: '%.150s' is no media type", name, media_type);
    (void) snprintf(slot, FP_MEDIA_TYPE_MAX, "%s", media_type);
    return FP_OK;
}

static enum fp_code read_platform(const json_t *object, const char *name, struct fp_descriptor *ret,
                                  struct fp_error *err)
{
    json_t *platform = json_object_get(object, "platform");
    if (platform == NULL || json_is_null(platform))
        return FP_OK;
    if (!json_is_object(platform))
        return fp_fail(err, FP_E_INPUT, "%s: 'platform' is not an object", name);
    ret->stated_platform = json_incref(platform);
    return fp_platform_from_json(platform, name, &ret->platform, err);
}

enum fp_code fp_descriptor_parse(const json_t *object, const char *name, struct fp_descriptor *ret,
                                 struct fp_error *err)
{
    cleanup_descriptor struct fp_descriptor descriptor = {0};
    const char *digest = NULL;
    if (!json_is_object(object))
        return fp_fail(err, FP_E_INPUT, "%s: a descriptor is not an object", name);
    FP_TRY(read_media_type(object, name, descriptor.media_type, err));
    FP_TRY(fp_json_need_string(object, "digest", name, &digest, err));
    FP_TRY(fp_digest_parse(digest, name, &descriptor.digest, err));
    FP_TRY(fp_json_need_size(object, "size", name, &descriptor.size, err));
    FP_TRY(check_urls(object, name, err));
    FP_TRY(read_platform(object, name, &descriptor, err));
    FP_TRY(fp_annotations_read(object, name, &descriptor.annotations, err));
    if (fp_json_string(object, "artifactType") != NULL)
        descriptor.artifact_type = json_incref(json_object_get(object, "artifactType"));
    *ret = steal_value(&descriptor);
    return FP_OK;
}

json_t *fp_descriptor_json(const struct fp_descriptor *descriptor)
{
    json_t *object = json_object();
    fp_json_set_text(object, "mediaType", descriptor->media_type);
    fp_json_set_text(object, "digest", descriptor->digest.text);
    fp_json_set(object, "size", json_integer((json_int_t) descriptor->size));
    if (descriptor->stated_platform != NULL) {
        (void) json_object_set(object, "platform", descriptor->stated_platform);
    } else if (descriptor->platform.architecture[0] != '\0') {
        json_t *platform = json_object();
        fp_platform_to_json(&descriptor->platform, platform);
        fp_json_set(object, "platform", platform);
    }
    if (json_object_size(descriptor->annotations) > 0)
        (void) json_object_set(object, "annotations", descriptor->annotations);
    if (descriptor->artifact_type != NULL)
        (void) json_object_set(object, "artifactType", descriptor->artifact_type);
    return object;
}

struct fp_descriptor fp_descriptor_copy(const struct fp_descriptor *descriptor)
{
    struct fp_descriptor copy = *descriptor;
    copy.stated_platform = json_incref(descriptor->stated_platform);
    copy.annotations = json_incref(descriptor->annotations);
    copy.artifact_type = json_incref(descriptor->artifact_type);
    return copy;
}

void fp_descriptor_clear(struct fp_descriptor *descriptor)
{
    json_decref(descriptor->stated_platform);
    json_decref(descriptor->annotations);
    json_decref(descriptor->artifact_type);
    descriptor->stated_platform = descriptor->annotations = descriptor->artifact_type = NULL;
}

void fp_descriptors_append(struct fp_descriptor **items, size_t *count,
                           const struct fp_descriptor *item)
{
    *items = fp_xreallocarray(*items, *count + 1, sizeof(**items));
    (*items)[(*count)++] = fp_descriptor_copy(item);
}

void fp_descriptors_clear(struct fp_descriptor **items, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        fp_descriptor_clear(&(*items)[i]);
    free(*items);
    *items = NULL;
    *count = 0;
}

enum fp_code fp_descriptors_read(const json_t *document, const char *key, const char *name,
                                 struct fp_descriptor **items, size_t *count, struct fp_error *err)
{
    const json_t *array = json_object_get(document, key);
    size_t len = json_array_size(array);
    if (len > FP_MANIFEST_MAX_LAYERS)
        return fp_fail(err, FP_E_INPUT, "%s: %zu entries in '%s', at most %d are accepted", name,
                       len, key, FP_MANIFEST_MAX_LAYERS);
    *items = fp_xcalloc(len, sizeof(**items));
    for (; *count < len; (*count)++) {
        cleanup_free char *where = fp_xasprintf("%s: %s[%zu]", name, key, *count);
        FP_TRY(fp_descriptor_parse(json_array_get(array, *count), where, &(*items)[*count], err));
    }
    return FP_OK;
}
