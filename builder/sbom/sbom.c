/* Bills of materials: the formats, and what they are called. */
#include "formats.h"

#include <string.h>

/* A format. */
static const struct format_row {
    const char *name;
    const char *media_type;
    const char *predicate_type;
    json_t *(*write)(const struct fp_sbom_subject *subject, const json_t *components);
} FORMATS[] = {
    [FP_SBOM_CYCLONEDX] = {"cyclonedx", "application/vnd.cyclonedx+json",
                           "https://cyclonedx.org/bom", fp_sbom_cyclonedx},
    [FP_SBOM_SPDX] = {"spdx", "application/spdx+json", "https://spdx.dev/Document", fp_sbom_spdx},
};

bool fp_sbom_format_parse(const char *name, enum fp_sbom_format *ret)
{
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        *ret = (enum fp_sbom_format) i;
        if (strcmp(FORMATS[i].name, name) == 0)
            return true;
    }
    return false;
}

const char *fp_sbom_media_type(enum fp_sbom_format format)
{
    return FORMATS[format].media_type;
}

const char *fp_sbom_predicate_type(enum fp_sbom_format format)
{
    return FORMATS[format].predicate_type;
}

char *fp_sbom_uuid(const json_t *components)
{
    char hex[FP_HASH_HEX_MAX];
    cleanup_free char *text = fp_json_canonical(components);
    fp_hash_bytes(FP_SHA256, text, strlen(text), hex);
    hex[12] = '8';
    hex[16] = '8';
    return fp_xasprintf("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

json_t *fp_sbom(const struct fp_sbom_subject *subject, enum fp_sbom_format format)
{
    cleanup_json json_t *components = fp_sbom_components(subject);
    return FORMATS[format].write(subject, components);
}
