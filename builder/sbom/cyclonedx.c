/* Bills of materials in the form of CycloneDX 1.6 (bom-1.6.schema.json, ECMA-424). */
#include "formats.h"

#include <string.h>

/* CycloneDX's word for a kind of components. */
static const struct type_row {
    const char *kind;
    const char *type;
} TYPES[] = {{"image", "container"},
             {"base", "container"},
             {"os", "operating-system"},
             {"java", "platform"},
             {"flink", "framework"}};

static const char *type_of(const char *kind)
{
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
        if (strcmp(TYPES[i].kind, kind) == 0)
            return TYPES[i].type;
    return "library";
}

static json_t *licences_of(const char *licence)
{
    if (licence == NULL)
        return NULL;
    return fp_is_licence_expression(licence)
               ? json_pack("[{s:s}]", "expression", licence)
               : json_pack("[{s:{s:o}}]", "license", "name", fp_json_text(licence));
}

/* Where the component is, as properties of a name space of ours. */
static json_t *properties_of(const json_t *component)
{
    const char *path = fp_json_string(component, "path");
    const char *layer = fp_json_string(component, "layer");
    json_t *list = json_array();
    if (path != NULL) {
        cleanup_free char *absolute = fp_xasprintf("/%s", path);
        fp_json_append(list, json_pack("{s:s, s:o}", "name", "flinkpack:path", "value",
                                       fp_json_text(absolute)));
    }
    if (layer != NULL)
        fp_json_append(list, json_pack("{s:s, s:s}", "name", "flinkpack:layer", "value", layer));
    if (json_array_size(list) > 0)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *component_json(const json_t *component)
{
    static const char *const COPIED[] = {"group", "name", "version", "purl", "cpe"};
    const char *sha256 = fp_json_string(component, "sha256");
    const char *supplier = fp_json_string(component, "supplier");
    json_t *json = json_object();
    fp_json_set_text(json, "type", type_of(fp_json_string(component, "kind")));
    fp_json_set_text(json, "bom-ref", fp_json_string(component, "ref"));
    for (size_t i = 0; i < sizeof(COPIED) / sizeof(COPIED[0]); i++)
        fp_json_set_text(json, COPIED[i], fp_json_string(component, COPIED[i]));
    if (supplier != NULL)
        fp_json_set(json, "supplier", json_pack("{s:o}", "name", fp_json_text(supplier)));
    if (sha256 != NULL)
        fp_json_set(json, "hashes", json_pack("[{s:s, s:s}]", "alg", "SHA-256", "content", sha256));
    fp_json_set(json, "licenses", licences_of(fp_json_string(component, "license")));
    fp_json_set(json, "properties", properties_of(component));
    return json;
}

json_t *fp_sbom_cyclonedx(const struct fp_sbom_subject *subject, const json_t *components)
{
    json_t *list = json_array();
    json_t *dependencies = json_array();
    cleanup_free char *uuid = fp_sbom_uuid(components);
    cleanup_free char *serial = fp_xasprintf("urn:uuid:%s", uuid);
    for (size_t i = 0; i < json_array_size(components); i++) {
        const json_t *component = json_array_get(components, i);
        json_t *depends = json_object_get(component, "depends");
        if (i > 0)
            fp_json_append(list, component_json(component));
        if (json_array_size(depends) > 0)
            fp_json_append(dependencies,
                           json_pack("{s:s, s:O}", "ref", fp_json_string(component, "ref"),
                                     "dependsOn", depends));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:{s:s*, s:{s:[{s:s, s:s, s:s}]}, s:o}, s:o, s:o}",
                     "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat",
                     "CycloneDX", "specVersion", "1.6", "serialNumber", serial, "version", 1,
                     "metadata", "timestamp", subject->config->created, "tools", "components",
                     "type", "application", "name", "flinkpack", "version",
                     subject->program_version, "component",
                     component_json(json_array_get(components, 0)), "components", list,
                     "dependencies", dependencies);
}
