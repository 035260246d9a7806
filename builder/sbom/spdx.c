/* Bills of materials in the form of SPDX 2.3 (spdx-schema.json). */
#include "formats.h"

#include <string.h>

static const char *purpose_of(const char *kind)
{
    static const char *const PURPOSES[][2] = {{"image", "CONTAINER"},
                                              {"base", "CONTAINER"},
                                              {"os", "OPERATING-SYSTEM"},
                                              {"java", "APPLICATION"},
                                              {"flink", "FRAMEWORK"}};
    for (size_t i = 0; i < sizeof(PURPOSES) / sizeof(PURPOSES[0]); i++)
        if (strcmp(PURPOSES[i][0], kind) == 0)
            return PURPOSES[i][1];
    return "LIBRARY";
}

/* The identifier of the package number `i`: identifiers take fewer characters than refs have. */
static char *id_of(size_t i)
{
    return fp_xasprintf("SPDXRef-Package-%zu", i);
}

static void add_reference(json_t *package, const char *category, const char *type,
                          const char *locator)
{
    json_t *list = json_object_get(package, "externalRefs");
    if (locator == NULL)
        return;
    if (list == NULL) {
        list = json_array();
        fp_json_set(package, "externalRefs", list);
    }
    fp_json_append(list, json_pack("{s:s, s:s, s:s}", "referenceCategory", category,
                                   "referenceType", type, "referenceLocator", locator));
}

static json_t *package_json(const json_t *component, size_t i)
{
    cleanup_free char *id = id_of(i);
    const char *group = fp_json_string(component, "group");
    const char *name = fp_json_string(component, "name");
    const char *path = fp_json_string(component, "path");
    const char *licence = fp_json_string(component, "license");
    const char *sha256 = fp_json_string(component, "sha256");
    const char *supplier = fp_json_string(component, "supplier");
    bool is_expression = licence != NULL && fp_is_licence_expression(licence);
    cleanup_free char *full = group != NULL ? fp_xasprintf("%s:%s", group, name) : fp_xstrdup(name);
    cleanup_free char *organisation =
        supplier != NULL ? fp_xasprintf("Organization: %s", supplier) : NULL;
    cleanup_free char *file = path != NULL ? fp_xasprintf("/%s", path) : NULL;
    json_t *json = json_pack(
        "{s:s, s:o, s:s, s:b, s:s, s:s, s:s, s:s}", "SPDXID", id, "name", fp_json_text(full),
        "downloadLocation", "NOASSERTION", "filesAnalyzed", 0, "licenseConcluded", "NOASSERTION",
        "licenseDeclared", is_expression ? licence : "NOASSERTION", "copyrightText", "NOASSERTION",
        "primaryPackagePurpose", purpose_of(fp_json_string(component, "kind")));
    fp_json_set_text(json, "versionInfo", fp_json_string(component, "version"));
    fp_json_set_text(json, "packageFileName", file);
    fp_json_set_text(json, "supplier", organisation);
    if (sha256 != NULL)
        fp_json_set(json, "checksums",
                    json_pack("[{s:s, s:s}]", "algorithm", "SHA256", "checksumValue", sha256));
    add_reference(json, "PACKAGE-MANAGER", "purl", fp_json_string(component, "purl"));
    add_reference(json, "SECURITY", "cpe23Type", fp_json_string(component, "cpe"));
    return json;
}

static void relate(json_t *list, const char *from, const char *type, const char *to)
{
    fp_json_append(list, json_pack("{s:s, s:s, s:s}", "spdxElementId", from, "relationshipType",
                                   type, "relatedSpdxElement", to));
}

/* What a component has below it: packages depend on packages, everything else contains. */
static const char *relationship_of(const json_t *component)
{
    const char *kind = fp_json_string(component, "kind");
    return strcmp(kind, "apk") == 0 || strcmp(kind, "deb") == 0 ? "DEPENDS_ON" : "CONTAINS";
}

static json_t *relationships_of(const json_t *components)
{
    json_t *list = json_array();
    cleanup_json json_t *ids = json_object();
    for (size_t i = 0; i < json_array_size(components); i++) {
        cleanup_free char *id = id_of(i);
        fp_json_set_text(ids, fp_json_string(json_array_get(components, i), "ref"), id);
    }
    relate(list, "SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Package-0");
    for (size_t i = 0; i < json_array_size(components); i++) {
        const json_t *component = json_array_get(components, i);
        const json_t *depends = json_object_get(component, "depends");
        cleanup_free char *id = id_of(i);
        for (size_t k = 0; k < json_array_size(depends); k++) {
            const char *to = fp_json_string(ids, json_string_value(json_array_get(depends, k)));
            if (to != NULL)
                relate(list, id, relationship_of(component), to);
        }
    }
    return list;
}

json_t *fp_sbom_spdx(const struct fp_sbom_subject *subject, const json_t *components)
{
    cleanup_free char *uuid = fp_sbom_uuid(components);
    cleanup_free char *space = fp_xasprintf("https://flinkpack.invalid/spdx/%s", uuid);
    cleanup_free char *tool = fp_xasprintf("Tool: flinkpack-%s", subject->program_version);
    const char *created = subject->config->created;
    char text[FP_TIME_TEXT];
    int64_t created_s = 0;
    (void) fp_time_parse(created, &created_s);
    fp_time_text(created_s, text); /* SPDX takes whole seconds of UTC only */
    json_t *packages = json_array();
    for (size_t i = 0; i < json_array_size(components); i++)
        fp_json_append(packages, package_json(json_array_get(components, i), i));
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:{s:s, s:[s]}, s:o, s:o}", "spdxVersion",
                     "SPDX-2.3", "dataLicense", "CC0-1.0", "SPDXID", "SPDXRef-DOCUMENT", "name",
                     fp_json_text(subject->name), "documentNamespace", space, "creationInfo",
                     "created", text, "creators", tool, "packages", packages, "relationships",
                     relationships_of(components));
}
