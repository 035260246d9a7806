/** Layers upon each other, and the documents of what they result in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "components.h"

#define EMPTY "\"databases\": {}, \"java\": [], \"removed\": [], \"opaque\": []"
#define JAR(path, artifacts)                                                                       \
    "{\"path\": \"" path "\", \"sha256\": \"ab\", \"size\": 1, \"artifacts\": [" artifacts "]}"
#define ARTIFACT(group, name, version)                                                             \
    "{\"group\": \"" group "\", \"artifact\": \"" name "\", \"version\": \"" version "\"}"

/* The inventories of three layers: a base, Flink, and a job that replaces and removes. */
static const char *const LAYERS[] = {
    "{\"layout\": 1, \"jars\": [" JAR("opt/old.jar", "") ", " JAR(
        "opt/x/deep.jar",
        "") "],"
            "\"databases\": {\"lib/apk/db/installed\": [{\"type\": \"apk\", \"name\": \"musl\","
            "\"version\": \"1\", \"license\": \"MIT\"}]},"
            "\"os\": {\"id\": \"alpine\", \"version\": \"3.23\", \"name\": \"Alpine Linux\"},"
            "\"java\": [{\"path\": \"opt/java/release\", \"version\": \"17.0.9\"}], \"removed\": "
            "[],"
            "\"opaque\": []}",
    "{\"layout\": 1, \"jars\": [" JAR("flink-1.20.4/lib/flink-dist-1.20.4.jar", "") "], " EMPTY "}",
    "{\"layout\": 1, \"jars\": [" JAR(
        "opt/flink/usrlib/job.jar",
        ARTIFACT("com.acme", "orders", "2") ", " ARTIFACT("org.lib", "helper", "3") ", " ARTIFACT(
            "org.lib", "helper",
            "3")) ", " JAR("opt/old.jar",
                           ARTIFACT("o", "old", "9")) "],"
                                                      "\"databases\": {}, \"java\": [], "
                                                      "\"removed\": [\"opt/x\"], \"opaque\": []}"};

/* The image of those layers. */
struct scene {
    json_t *inventories[3];
    struct fp_descriptor image;
    struct fp_config config;
    struct fp_sbom_subject subject;
};

static void scene_make(struct scene *scene)
{
    scene->config.diff_ids = fp_xcalloc(3, sizeof(*scene->config.diff_ids));
    scene->config.diff_id_count = 3;
    scene->config.created = fp_xstrdup("2026-01-02T03:04:05.678Z");
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(
            fp_json_parse(LAYERS[i], strlen(LAYERS[i]), "layer", &scene->inventories[i], NULL),
            FP_OK);
        assert_true(fp_inventory_is_valid(scene->inventories[i]));
        scene->config.diff_ids[i] = fp_digest_of(LAYERS[i], strlen(LAYERS[i]));
    }
    scene->image.digest = fp_digest_of("image", 5);
    scene->subject = (struct fp_sbom_subject){.name = "registry.example.com/team/Orders:1",
                                              .image = &scene->image,
                                              .config = &scene->config,
                                              .inventories = scene->inventories,
                                              .program_version = "1"};
}

static void scene_clear(struct scene *scene)
{
    for (size_t i = 0; i < 3; i++)
        json_decref(scene->inventories[i]);
    fp_config_clear(&scene->config);
}
#define cleanup_scene __attribute__((cleanup(scene_clear)))

static const json_t *find(const json_t *list, const char *key, const char *value)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = fp_json_string(json_array_get(list, i), key);
        if (text != NULL && strcmp(text, value) == 0)
            return json_array_get(list, i);
    }
    return NULL;
}

static void test_components(void **state)
{
    cleanup_scene struct scene scene = {0};
    (void) state;
    scene_make(&scene);
    cleanup_json json_t *components = fp_sbom_components(&scene.subject);
    assert_string_equal(fp_json_string(json_array_get(components, 0), "kind"), "image");
    assert_non_null(
        strstr(fp_json_string(json_array_get(components, 0), "purl"), "pkg:oci/orders@sha256:"));
    assert_null(find(components, "ref", "jar:/opt/x/deep.jar")); /* removed with its directory */
    assert_string_equal(fp_json_string(find(components, "ref", "jar:/opt/old.jar"), "purl"),
                        "pkg:maven/o/old@9"); /* replaced */
    assert_string_equal(
        fp_json_string(find(components, "ref", "jar:/flink-1.20.4/lib/flink-dist-1.20.4.jar"),
                       "purl"),
        "pkg:maven/org.apache.flink/flink-dist@1.20.4");
    assert_string_equal(fp_json_string(find(components, "kind", "flink"), "version"), "1.20.4");
    assert_non_null(find(components, "ref", "java:/opt/java/release"));
    const json_t *job = find(components, "ref", "jar:/opt/flink/usrlib/job.jar");
    assert_string_equal(fp_json_string(job, "name"), "job"); /* it has two, and neither's name */
    assert_int_equal(json_array_size(json_object_get(job, "depends")), 2);
    assert_non_null(find(components, "ref", "jar:/opt/flink/usrlib/job.jar!org.lib:helper:3"));
}

static void test_cyclonedx(void **state)
{
    cleanup_scene struct scene scene = {0};
    (void) state;
    scene_make(&scene);
    cleanup_json json_t *one = fp_sbom(&scene.subject, FP_SBOM_CYCLONEDX);
    cleanup_json json_t *two = fp_sbom(&scene.subject, FP_SBOM_CYCLONEDX);
    assert_true(json_equal(one, two));
    assert_string_equal(fp_json_string(one, "specVersion"), "1.6");
    const json_t *components = json_object_get(one, "components");
    const json_t *dependencies = json_object_get(one, "dependencies");
    for (size_t i = 0; i < json_array_size(dependencies); i++) {
        const char *ref = fp_json_string(json_array_get(dependencies, i), "ref");
        const json_t *subject = json_object_get(json_object_get(one, "metadata"), "component");
        assert_true(find(components, "bom-ref", ref) != NULL ||
                    strcmp(fp_json_string(subject, "bom-ref"), ref) == 0);
    }
    assert_string_equal(fp_json_string(find(components, "name", "alpine"), "type"),
                        "operating-system");
}

static void test_spdx(void **state)
{
    cleanup_scene struct scene scene = {0};
    (void) state;
    scene_make(&scene);
    cleanup_json json_t *document = fp_sbom(&scene.subject, FP_SBOM_SPDX);
    const json_t *packages = json_object_get(document, "packages");
    assert_string_equal(fp_json_string(json_object_get(document, "creationInfo"), "created"),
                        "2026-01-02T03:04:05Z");
    assert_string_equal(fp_json_string(find(packages, "name", "musl"), "licenseDeclared"), "MIT");
    const json_t *relationships = json_object_get(document, "relationships");
    assert_string_equal(fp_json_string(json_array_get(relationships, 0), "relationshipType"),
                        "DESCRIBES");
    for (size_t i = 0; i < json_array_size(relationships); i++)
        assert_non_null(
            find(packages, "SPDXID",
                 fp_json_string(json_array_get(relationships, i), "relatedSpdxElement")));
}

static void test_strangers(void **state)
{
    static const char *const WRONG[] = {
        "{}",
        "[]",
        "{\"layout\": 2, \"jars\": [], " EMPTY "}",
        "{\"layout\": 1, \"jars\": [{\"path\": 1, \"sha256\": \"\"}], " EMPTY "}",
        "{\"layout\": 1, \"jars\": [{\"path\": \"a\", \"sha256\": \"\", \"artifacts\": "
        "[1]}], " EMPTY "}",
        "{\"layout\": 1, \"jars\": [{\"path\": \"a\", \"sha256\": \"\"}], " EMPTY "}"};
    (void) state;
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
        cleanup_json json_t *json = NULL;
        assert_int_equal(fp_json_parse(WRONG[i], strlen(WRONG[i]), "it", &json, NULL), FP_OK);
        assert_false(fp_inventory_is_valid(json));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_components),
        cmocka_unit_test(test_cyclonedx),
        cmocka_unit_test(test_spdx),
        cmocka_unit_test(test_strangers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
