/* The jars of an image as components, with the artifacts that they were made of. */
#include "components.h"

#include <ctype.h>
#include <string.h>

/* Where the version of a jar begins in "NAME-VERSION.jar": after the last '-' that a digit follows
 * and no other such '-' precedes. Returns NULL if there is none. */
static const char *version_in(const char *name)
{
    for (const char *dash = strchr(name, '-'); dash != NULL; dash = strchr(dash + 1, '-'))
        if (isdigit((unsigned char) dash[1]) != 0)
            return dash + 1;
    return NULL;
}

/* Whether a file is called like an artifact: ARTIFACT-VERSION, and perhaps a classifier. */
static bool is_named_like(const char *file, const json_t *artifact)
{
    cleanup_free char *name = fp_xasprintf("%s-%s", fp_json_string(artifact, "artifact"),
                                           fp_json_string(artifact, "version"));
    size_t len = strlen(name);
    return strncmp(file, name, len) == 0 && (file[len] == '.' || file[len] == '-');
}

/* The artifact that the jar itself is: the one that it is called like, else its only one. */
static const json_t *own_artifact(const json_t *jar)
{
    const json_t *artifacts = json_object_get(jar, "artifacts");
    const char *file = fp_path_base(fp_json_string(jar, "path"));
    const json_t *only = NULL;
    size_t outer = 0;
    for (size_t i = 0; i < json_array_size(artifacts); i++) {
        const json_t *artifact = json_array_get(artifacts, i);
        if (fp_json_string(artifact, "inside") != NULL || fp_json_string(artifact, "from") != NULL)
            continue;
        if (is_named_like(file, artifact))
            return artifact;
        only = artifact;
        outer++;
    }
    return outer == 1 ? only : NULL;
}

static void set_artifact(json_t *component, const json_t *artifact)
{
    cleanup_free char *group = fp_purl_part(fp_json_string(artifact, "group"));
    cleanup_free char *name = fp_purl_part(fp_json_string(artifact, "artifact"));
    cleanup_free char *version = fp_purl_part(fp_json_string(artifact, "version"));
    cleanup_free char *purl = fp_xasprintf("pkg:maven/%s/%s@%s", group, name, version);
    fp_json_set_text(component, "group", fp_json_string(artifact, "group"));
    fp_json_set_text(component, "name", fp_json_string(artifact, "artifact"));
    fp_json_set_text(component, "version", fp_json_string(artifact, "version"));
    fp_json_set_text(component, "purl", purl);
}

/* Name a jar that says nothing of itself by its file. Flink's own jars are known to come from Maven
 * Central all the same. */
static void set_by_name(json_t *component, const json_t *jar, const char *flink_version)
{
    const char *file = fp_path_base(fp_json_string(jar, "path"));
    const char *version = version_in(file);
    const char *stated = fp_json_string(jar, "version");
    size_t len = strlen(file) - strlen(".jar");
    cleanup_free char *name =
        fp_xstrndup(file, version != NULL ? (size_t) (version - file) - 1 : len);
    cleanup_free char *in_name =
        version != NULL ? fp_xstrndup(version, len - (size_t) (version - file)) : NULL;
    fp_json_set_text(component, "name", name);
    fp_json_set_text(component, "version", in_name != NULL ? in_name : stated);
    if (flink_version != NULL && in_name != NULL && strcmp(in_name, flink_version) == 0 &&
        strncmp(name, "flink-", strlen("flink-")) == 0) {
        cleanup_json json_t *artifact = json_pack("{s:s, s:s, s:s}", "group", "org.apache.flink",
                                                  "artifact", name, "version", in_name);
        set_artifact(component, artifact);
    }
}

/* Add what the jar holds beside itself. An artifact that is there twice is added once. */
static void add_artifacts(const json_t *jar, const json_t *own, json_t *components, json_t *depends)
{
    const json_t *artifacts = json_object_get(jar, "artifacts");
    cleanup_json json_t *seen = json_object();
    for (size_t i = 0; i < json_array_size(artifacts); i++) {
        const json_t *artifact = json_array_get(artifacts, i);
        const char *inside = fp_json_string(artifact, "inside");
        cleanup_free char *ref = fp_xasprintf(
            "jar:/%s%s%s!%s:%s:%s", fp_json_string(jar, "path"), inside != NULL ? "!" : "",
            inside != NULL ? inside : "", fp_json_string(artifact, "group"),
            fp_json_string(artifact, "artifact"), fp_json_string(artifact, "version"));
        if (artifact == own || json_object_get(seen, ref) != NULL)
            continue;
        (void) fp_json_set(seen, ref, json_true());
        json_t *component = json_object();
        fp_json_set_text(component, "ref", ref);
        fp_json_set_text(component, "kind", "artifact");
        set_artifact(component, artifact);
        fp_json_set_text(component, "path", fp_json_string(jar, "path"));
        fp_json_set_text(component, "layer", fp_json_string(jar, "layer"));
        fp_json_append(components, component);
        fp_json_append(depends, fp_json_text(ref));
    }
}

/* Add a jar. The caller owns its ref.
 * @param flink_version Of the Flink that it is part of; NULL: it is no part of Flink. */
static char *add_jar(const json_t *jar, const char *flink_version, json_t *components)
{
    static const char *const COPIED[] = {"sha256", "path", "layer"};
    const json_t *own = own_artifact(jar);
    json_t *component = json_object();
    json_t *depends = json_array();
    char *ref = fp_xasprintf("jar:/%s", fp_json_string(jar, "path"));
    fp_json_set_text(component, "ref", ref);
    fp_json_set_text(component, "kind", "jar");
    if (own != NULL)
        set_artifact(component, own);
    else
        set_by_name(component, jar, flink_version);
    for (size_t i = 0; i < sizeof(COPIED) / sizeof(COPIED[0]); i++)
        fp_json_set_text(component, COPIED[i], fp_json_string(jar, COPIED[i]));
    fp_json_set(component, "depends", depends);
    fp_json_append(components, component);
    add_artifacts(jar, own, components, depends);
    return ref;
}

/* The directory of the distribution, from the path of flink-dist: "flink-1.20.4/", and its version.
 * The caller owns both; NULL: there is none. */
static char *find_flink(const json_t *jars, char **ret_version)
{
    const char *path = NULL;
    json_t *jar = NULL;
    json_object_foreach((json_t *) (uintptr_t) jars, path, jar)
    {
        const char *name = fp_path_base(path);
        size_t before = (size_t) (name - path);
        const char *version = strncmp(name, "flink-dist", 10) == 0 ? version_in(name) : NULL;
        if (version == NULL || before < 4 || strncmp(name - 4, "lib/", 4) != 0)
            continue;
        *ret_version = fp_xstrndup(version, strlen(version) - strlen(".jar"));
        return fp_xstrndup(path, before - 4);
    }
    return NULL;
}

static json_t *flink_component(const char *version, json_t *depends)
{
    cleanup_free char *part = fp_purl_part(version);
    cleanup_free char *purl = fp_xasprintf("pkg:generic/apache-flink@%s", part);
    cleanup_free char *cpe = fp_xasprintf("cpe:2.3:a:apache:flink:%s:*:*:*:*:*:*:*", version);
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:o}", "ref", purl, "kind", "flink",
                     "name", "Apache Flink", "version", fp_json_text(version), "purl", purl, "cpe",
                     cpe, "license", "Apache-2.0", "supplier", "The Apache Software Foundation",
                     "depends", depends);
}

void fp_sbom_add_jars(const struct fp_contents *contents, json_t *components, json_t *image_depends)
{
    const char *path = NULL;
    json_t *jar = NULL;
    cleanup_free char *version = NULL;
    cleanup_free char *home = find_flink(contents->jars, &version);
    json_t *flink_depends = home != NULL ? json_array() : NULL;
    if (home != NULL) {
        json_t *flink = flink_component(version, flink_depends);
        fp_json_append(image_depends, fp_json_text(fp_json_string(flink, "ref")));
        fp_json_append(components, flink);
    }
    json_object_foreach(contents->jars, path, jar)
    {
        bool is_flinks = home != NULL && strncmp(path, home, strlen(home)) == 0 &&
                         strncmp(path + strlen(home), "usrlib/", strlen("usrlib/")) != 0;
        cleanup_free char *ref = add_jar(jar, is_flinks ? version : NULL, components);
        fp_json_append(is_flinks ? flink_depends : image_depends, fp_json_text(ref));
    }
}
