/* The packages of the operating system as components, with what each depends on. */
#include "components.h"

#include <string.h>

/* The package URL of a package, by its type, the system and the architecture. The caller owns it.
 */
static char *purl_of(const json_t *package, const json_t *os)
{
    const char *type = fp_json_string(package, "type");
    const char *id = fp_json_string(os, "id");
    const char *os_version = fp_json_string(os, "version");
    const char *arch = fp_json_string(package, "architecture");
    bool is_apk = strcmp(type, "apk") == 0;
    cleanup_free char *vendor = fp_purl_part(id != NULL ? id : is_apk ? "alpine" : "debian");
    cleanup_free char *name = fp_purl_part(fp_json_string(package, "name"));
    cleanup_free char *version = fp_purl_part(fp_json_string(package, "version"));
    cleanup_free char *part = arch != NULL ? fp_purl_part(arch) : NULL;
    cleanup_free char *distro = os_version != NULL ? fp_purl_part(os_version) : NULL;
    return fp_xasprintf("pkg:%s/%s/%s@%s%s%s%s%s%s%s", type, vendor, name, version,
                        part != NULL ? "?arch=" : "", part != NULL ? part : "",
                        distro == NULL ? ""
                        : part != NULL ? "&distro="
                                       : "?distro=",
                        distro != NULL ? vendor : "", distro != NULL ? "-" : "",
                        distro != NULL ? distro : "");
}

/* Note which package provides a name; the first one that does stays. */
static void provide(json_t *providers, const char *name, size_t len, const char *ref)
{
    cleanup_free char *copy = fp_xstrndup(name, len);
    if (json_object_get(providers, copy) == NULL)
        fp_json_set_text(providers, copy, ref);
}

/* The length of a name in a list of dependencies: it ends before its version, dpkg's architecture
 * ("python3:any"), or the next name. apk's names may have a colon ("so:libc.so.6"). */
static size_t name_len(const char *text)
{
    static const char *const PREFIXES[] = {"so:", "cmd:", "pc:", "py3.", "/"};
    size_t len = strcspn(text, "=<>~ ,(|\n");
    for (size_t i = 0; i < sizeof(PREFIXES) / sizeof(PREFIXES[0]); i++)
        if (strncmp(text, PREFIXES[i], strlen(PREFIXES[i])) == 0)
            return len;
    const char *colon = memchr(text, ':', len);
    return colon != NULL ? (size_t) (colon - text) : len;
}

static void provide_list(json_t *providers, const char *list, const char *ref)
{
    for (const char *at = list; at != NULL && *at != '\0'; at += strcspn(at, " ,")) {
        at += strspn(at, " ,");
        size_t len = name_len(at);
        if (len > 0)
            provide(providers, at, len, ref);
    }
}

/* Add the refs of what a package needs and somebody provides. Debian's alternatives are tried in
 * their order; versions are not compared, as what is installed fulfils them. */
static void add_depends(json_t *depends, const char *list, const json_t *providers)
{
    for (const char *at = list; at != NULL && *at != '\0';) {
        at += strspn(at, " ,|");
        size_t len = name_len(at);
        cleanup_free char *name = fp_xstrndup(at, len);
        json_t *ref = json_object_get(providers, name);
        bool has = false;
        for (size_t i = 0; i < json_array_size(depends); i++)
            has = has || json_equal(json_array_get(depends, i), ref) != 0;
        if (ref != NULL && !has)
            fp_json_append(depends, json_incref(ref));
        /* In apk's lists a blank ends a name, in dpkg's a comma. */
        bool is_debian = strchr(list, ',') != NULL || strchr(list, '(') != NULL;
        if (!is_debian)
            at += strcspn(at, " ");
        else
            at += strcspn(at, ref != NULL ? "," : ",|");
    }
}

static json_t *component_of(const json_t *package, const json_t *os, const char *ref)
{
    static const char *const COPIED[] = {"name", "version", "license", "layer"};
    json_t *component = json_object();
    const char *type = fp_json_string(package, "type");
    fp_json_set_text(component, "ref", ref);
    fp_json_set_text(component, "kind", type);
    fp_json_set_text(component, "purl", ref);
    for (size_t i = 0; i < sizeof(COPIED) / sizeof(COPIED[0]); i++)
        fp_json_set_text(component, COPIED[i], fp_json_string(package, COPIED[i]));
    fp_json_set_text(component, "supplier", fp_json_string(os, "name"));
    return component;
}

void fp_sbom_add_packages(const struct fp_contents *contents, json_t *components, json_t *roots)
{
    cleanup_json json_t *providers = json_object();
    cleanup_json json_t *refs = json_array();
    size_t count = json_array_size(contents->packages);
    for (size_t i = 0; i < count; i++) {
        const json_t *package = json_array_get(contents->packages, i);
        const char *name = fp_json_string(package, "name");
        cleanup_free char *ref = purl_of(package, contents->os);
        fp_json_append(refs, fp_json_text(ref));
        provide(providers, name, strlen(name), ref);
    }
    for (size_t i = 0; i < count; i++)
        provide_list(providers, fp_json_string(json_array_get(contents->packages, i), "provides"),
                     json_string_value(json_array_get(refs, i)));
    for (size_t i = 0; i < count; i++) {
        const json_t *package = json_array_get(contents->packages, i);
        const char *ref = json_string_value(json_array_get(refs, i));
        json_t *component = component_of(package, contents->os, ref);
        json_t *depends = json_array();
        add_depends(depends, fp_json_string(package, "depends"), providers);
        fp_json_set(component, "depends", depends);
        fp_json_append(components, component);
        fp_json_append(roots, fp_json_text(ref));
    }
}
