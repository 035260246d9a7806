/* The media types of indexes, manifests and layers, and their names in OCI. */
#include "internal.h"

#include <ctype.h>
#include <string.h>

/* The role of each media type, and the OCI media type for the same bytes. */
enum media_role { MEDIA_INDEX, MEDIA_MANIFEST, MEDIA_CONFIG, MEDIA_LAYER };
static const struct media {
    const char *type;
    enum media_role role;
    const char *oci;
} medias[] = {
    {FP_MEDIA_OCI_INDEX, MEDIA_INDEX, FP_MEDIA_OCI_INDEX},
    {FP_MEDIA_OCI_MANIFEST, MEDIA_MANIFEST, FP_MEDIA_OCI_MANIFEST},
    {FP_MEDIA_OCI_CONFIG, MEDIA_CONFIG, FP_MEDIA_OCI_CONFIG},
    {FP_MEDIA_OCI_LAYER, MEDIA_LAYER, FP_MEDIA_OCI_LAYER},
    {FP_MEDIA_OCI_LAYER_GZIP, MEDIA_LAYER, FP_MEDIA_OCI_LAYER_GZIP},
    {FP_MEDIA_OCI_LAYER_ZSTD, MEDIA_LAYER, FP_MEDIA_OCI_LAYER_ZSTD},
    {FP_MEDIA_DOCKER_LIST, MEDIA_INDEX, FP_MEDIA_OCI_INDEX},
    {FP_MEDIA_DOCKER_MANIFEST, MEDIA_MANIFEST, FP_MEDIA_OCI_MANIFEST},
    {FP_MEDIA_DOCKER_CONFIG, MEDIA_CONFIG, FP_MEDIA_OCI_CONFIG},
    {FP_MEDIA_DOCKER_LAYER_GZIP, MEDIA_LAYER, FP_MEDIA_OCI_LAYER_GZIP},
    {FP_MEDIA_DOCKER_LAYER, MEDIA_LAYER, FP_MEDIA_OCI_LAYER},
    /* buildah and older versions of BuildKit write this type, which was never registered. */
    {"application/vnd.docker.image.rootfs.diff.tar.zstd", MEDIA_LAYER, FP_MEDIA_OCI_LAYER_ZSTD},
};

static const struct media *find_media(const char *media_type)
{
    for (size_t i = 0; i < sizeof(medias) / sizeof(medias[0]); i++) {
        if (strcmp(media_type, medias[i].type) == 0)
            return &medias[i];
    }
    return NULL;
}

static bool has_role(const char *media_type, enum media_role role)
{
    const struct media *media = find_media(media_type);
    return media != NULL && media->role == role;
}

bool fp_media_is_index(const char *media_type)
{
    return has_role(media_type, MEDIA_INDEX);
}

bool fp_media_is_manifest(const char *media_type)
{
    return has_role(media_type, MEDIA_MANIFEST);
}

bool fp_media_is_layer(const char *media_type)
{
    return has_role(media_type, MEDIA_LAYER);
}

const char *fp_media_to_oci(const char *media_type)
{
    const struct media *media = find_media(media_type);
    return media != NULL ? media->oci : NULL;
}

/* restricted-name of RFC 6838, section 4.2. */
static size_t name_len(const char *text)
{
    size_t len = 0;
    if (!isalnum((unsigned char) text[0]))
        return 0;
    while (isalnum((unsigned char) text[len]) ||
           (text[len] != '\0' && strchr("!#$&-^_.+", text[len]) != NULL))
        len++;
    return len;
}

bool fp_media_is_valid(const char *media_type)
{
    if (strlen(media_type) >= FP_MEDIA_TYPE_MAX)
        return false;
    size_t type_len = name_len(media_type);
    if (type_len == 0 || media_type[type_len] != '/')
        return false;
    const char *subtype = media_type + type_len + 1;
    size_t subtype_len = name_len(subtype);
    return subtype_len > 0 && subtype[subtype_len] == '\0';
}
