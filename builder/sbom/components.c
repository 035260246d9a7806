/* The list of an image's components: the image, its base, system and Java, then what is in them. */
#include "components.h"

#include <string.h>

#include "flinkpack/image.h"

/* "registry.example.com/team/orders:1" without tag and digest. The caller owns it. */
static char *repository_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *last = slash != NULL ? slash : name;
    return fp_xstrndup(name, (size_t) (last - name) + strcspn(last, ":@"));
}

/* The package URL of an image: pkg:oci/NAME@DIGEST. The caller owns it. */
static char *purl_of_image(const char *name, const char *digest)
{
    cleanup_free char *repository = repository_of(name);
    cleanup_free char *short_name = fp_purl_part(fp_path_base(repository));
    cleanup_free char *version = fp_purl_part(digest);
    cleanup_free char *url = fp_purl_part(repository);
    bool has_registry = strchr(repository, '/') != NULL;
    for (char *at = short_name; *at != '\0'; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char) (*at - 'A' + 'a');
    return fp_xasprintf("pkg:oci/%s@%s%s%s", short_name, version,
                        has_registry ? "?repository_url=" : "", has_registry ? url : "");
}

static json_t *image_component(const char *kind, const char *name, const char *digest,
                               json_t *depends)
{
    cleanup_free char *purl = purl_of_image(name, digest);
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:o*}", "ref", purl, "kind", kind, "name",
                     fp_json_text(name), "version", digest, "purl", purl, "depends", depends);
}

/* Add the operating system; its packages belong to it. */
static void add_os(const struct fp_contents *contents, json_t *components, json_t *depends)
{
    const char *id = fp_json_string(contents->os, "id");
    if (contents->os == NULL || id == NULL) {
        fp_sbom_add_packages(contents, components, depends);
        return;
    }
    const char *version = fp_json_string(contents->os, "version");
    cleanup_free char *ref =
        fp_xasprintf("os:%s%s%s", id, version != NULL ? "-" : "", version != NULL ? version : "");
    json_t *os_depends = json_array();
    json_t *os = json_object();
    fp_json_set_text(os, "ref", ref);
    fp_json_set_text(os, "kind", "os");
    fp_json_set_text(os, "name", id);
    fp_json_set_text(os, "version", version);
    fp_json_set_text(os, "supplier", fp_json_string(contents->os, "name"));
    fp_json_set_text(os, "layer", fp_json_string(contents->os, "layer"));
    fp_json_set(os, "depends", os_depends);
    fp_json_append(components, os);
    fp_json_append(depends, fp_json_text(ref));
    fp_sbom_add_packages(contents, components, os_depends);
}

static void add_java(const struct fp_contents *contents, json_t *components, json_t *depends)
{
    static const char *const COPIED[] = {"version", "path", "layer"};
    const char *path = NULL;
    json_t *java = NULL;
    json_object_foreach(contents->java, path, java)
    {
        json_t *component = json_object();
        cleanup_free char *version = fp_purl_part(fp_json_string(java, "version"));
        cleanup_free char *purl = fp_xasprintf("pkg:generic/openjdk@%s", version);
        cleanup_free char *ref = fp_xasprintf("java:/%s", path);
        fp_json_set_text(component, "ref", ref);
        fp_json_set_text(component, "kind", "java");
        fp_json_set_text(component, "name", "openjdk");
        fp_json_set_text(component, "purl", purl);
        fp_json_set_text(component, "supplier", fp_json_string(java, "vendor"));
        for (size_t i = 0; i < sizeof(COPIED) / sizeof(COPIED[0]); i++)
            fp_json_set_text(component, COPIED[i], fp_json_string(java, COPIED[i]));
        fp_json_append(components, component);
        fp_json_append(depends, fp_json_text(ref));
    }
}

json_t *fp_sbom_components(const struct fp_sbom_subject *subject)
{
    struct fp_contents contents = {0};
    json_t *components = json_array();
    json_t *depends = json_array();
    fp_contents_merge(subject, &contents);
    fp_json_append(components,
                   image_component("image", subject->name, subject->image->digest.text, depends));
    if (subject->base_name != NULL && subject->base != NULL) {
        json_t *base = image_component("base", subject->base_name, subject->base->text, NULL);
        fp_json_append(depends, fp_json_text(fp_json_string(base, "ref")));
        fp_json_append(components, base);
    }
    add_os(&contents, components, depends);
    add_java(&contents, components, depends);
    fp_sbom_add_jars(&contents, components, depends);
    fp_contents_clear(&contents);
    return components;
}
