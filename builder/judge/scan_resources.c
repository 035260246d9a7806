/* The part of a jar's facts that names of entries, the manifest, pom.properties, lists of services
 * and signature files tell. */
#include "scan_resources.h"

#include <string.h>

#include "flinkpack/flink/job.h"
#include "manifest_facts.h"
#include "markers.h"
#include "signatures.h"
#include "text_lists.h"

/* The most bytes that are read: of a manifest, which in a signed jar has a section for each class,
 * of a signature file, and of any other text. */
#define MANIFEST_MAX_BYTES ((size_t) 4 << 20)
#define TEXT_MAX_BYTES     ((size_t) 64 << 10)
/* The most of each kind that are kept. */
#define SIGNATURES_MAX 8
#define POMS_MAX       2000
#define SERVICES_MAX   1000
#define PROVIDERS_MAX  4000
#define NESTED_MAX     200
#define FACTORIES_MAX  256

/* An entry's text. */
struct held_text {
    char *name;
    char *text;
    size_t len;
};

struct fp_resources {
    struct held_text manifest; /* name NULL: there is none */
    struct held_text signatures[SIGNATURES_MAX];
    size_t signature_count;
    struct fp_strv blocks; /* signature blocks, without their endings */
    json_t *attributes;
    json_t *faults;
    json_t *poms;
    json_t *services; /* all of them, by name */
    size_t providers;
    json_t *nested;
    json_t *factories; /* classes that are called like factories of tables and formats */
    json_t *markers;
    char *scala_version; /* as its own properties say */
};

struct fp_resources *fp_resources_new(void)
{
    struct fp_resources *resources = fp_xcalloc(1, sizeof(*resources));
    resources->attributes = json_object();
    resources->faults = json_array();
    resources->poms = json_array();
    resources->services = json_object();
    resources->nested = json_array();
    resources->factories = json_array();
    resources->markers = json_object();
    return resources;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);
    return len > end_len && strcasecmp(text + len - end_len, end) == 0;
}

/* Read an entry's beginning. */
static enum fp_code hold(struct fp_zip *zip, const struct fp_zip_entry *entry, size_t most,
                         struct held_text *ret, struct fp_error *err)
{
    size_t cap = entry->size < most ? (size_t) entry->size : most;
    cleanup_free char *text = fp_xmalloc(cap + 1);
    FP_TRY(fp_zip_read(zip, entry, text, cap, &ret->len, err));
    text[ret->len] = '\0';
    ret->text = steal_pointer(&text);
    ret->name = fp_xstrdup(entry->name);
    return FP_OK;
}

static void held_text_clear(struct held_text *held)
{
    free(held->name);
    free(held->text);
    *held = (struct held_text){0};
}

static enum fp_code visit_manifest(struct fp_resources *resources, struct fp_zip *zip,
                                   const struct fp_zip_entry *entry, struct fp_error *err)
{
    FP_TRY(hold(zip, entry, MANIFEST_MAX_BYTES, &resources->manifest, err));
    fp_manifest_facts(resources->manifest.text, resources->manifest.len, resources->attributes,
                      resources->faults);
    return FP_OK;
}

/* Whether a signature block is what it should be, a DER sequence; Java passes over others. */
static enum fp_code look_at_block(struct fp_zip *zip, const struct fp_zip_entry *entry,
                                  bool *ret_is_one, struct fp_error *err)
{
    unsigned char head[5] = {0};
    size_t len = 0;
    FP_TRY(fp_zip_read(zip, entry, head, sizeof(head), &len, err));
    size_t said = (size_t) head[2] << 8 | head[3];
    *ret_is_one =
        len == sizeof(head) && head[0] == 0x30 && head[1] == 0x82 && said + 4 <= entry->size;
    return FP_OK;
}

/* Keep a signature file, or the name of a block, which makes Java look at the file. */
static enum fp_code visit_signature(struct fp_resources *resources, struct fp_zip *zip,
                                    const struct fp_zip_entry *entry, struct fp_error *err)
{
    if (!ends_with(entry->name, ".SF")) {
        size_t len = (size_t) (strrchr(entry->name, '.') - entry->name);
        bool is_block = false;
        FP_TRY(look_at_block(zip, entry, &is_block, err));
        if (is_block && resources->blocks.len < SIGNATURES_MAX)
            fp_strv_take(&resources->blocks, fp_xstrndup(entry->name, len));
        return FP_OK;
    }
    if (resources->signature_count == SIGNATURES_MAX || entry->size > MANIFEST_MAX_BYTES)
        return FP_OK;
    FP_TRY(hold(zip, entry, MANIFEST_MAX_BYTES, &resources->signatures[resources->signature_count],
                err));
    resources->signature_count++;
    return FP_OK;
}

/* Take a part of the path META-INF/maven/GROUP/ARTIFACT/pom.properties; NULL: it has none. */
static char *path_part(const char *path, size_t part)
{
    for (size_t i = 0; i < part && path != NULL; i++) {
        path = strchr(path, '/');
        path = path != NULL ? path + 1 : NULL;
    }
    return path != NULL && strchr(path, '/') != NULL ? fp_xstrndup(path, strcspn(path, "/")) : NULL;
}

static enum fp_code visit_pom(struct fp_resources *resources, struct fp_zip *zip,
                              const struct fp_zip_entry *entry, struct fp_error *err)
{
    __attribute__((cleanup(held_text_clear))) struct held_text held = {0};
    if (json_array_size(resources->poms) >= POMS_MAX)
        return FP_OK;
    FP_TRY(hold(zip, entry, TEXT_MAX_BYTES, &held, err));
    cleanup_free char *group = fp_properties_get(held.text, "groupId");
    cleanup_free char *artifact = fp_properties_get(held.text, "artifactId");
    cleanup_free char *version = fp_properties_get(held.text, "version");
    if (group == NULL)
        group = path_part(entry->name, 2);
    if (artifact == NULL)
        artifact = path_part(entry->name, 3);
    if (group == NULL || artifact == NULL || version == NULL)
        return FP_OK;
    json_t *pom = json_object();
    fp_json_set_text(pom, "group", group);
    fp_json_set_text(pom, "artifact", artifact);
    fp_json_set_text(pom, "version", version);
    fp_json_set_text(pom, "entry", entry->name);
    fp_json_append(resources->poms, pom);
    return FP_OK;
}

static enum fp_code visit_service(struct fp_resources *resources, struct fp_zip *zip,
                                  const struct fp_zip_entry *entry, struct fp_error *err)
{
    __attribute__((cleanup(held_text_clear))) struct held_text held = {0};
    cleanup_strv struct fp_strv providers = {0};
    if (json_object_size(resources->services) >= SERVICES_MAX)
        return FP_OK;
    FP_TRY(hold(zip, entry, TEXT_MAX_BYTES, &held, err));
    fp_services_read(held.text, PROVIDERS_MAX - resources->providers, &providers);
    resources->providers += providers.len;
    (void) fp_json_set(resources->services, fp_path_base(entry->name), fp_json_texts(&providers));
    return FP_OK;
}

/* library.properties may be anybody's; Scala's names its version and its maker. */
static enum fp_code visit_scala(struct fp_resources *resources, struct fp_zip *zip,
                                const struct fp_zip_entry *entry, struct fp_error *err)
{
    __attribute__((cleanup(held_text_clear))) struct held_text held = {0};
    FP_TRY(hold(zip, entry, TEXT_MAX_BYTES, &held, err));
    cleanup_free char *version = fp_properties_get(held.text, "version.number");
    if (version != NULL && strstr(held.text, "EPFL") != NULL) {
        free(resources->scala_version);
        resources->scala_version = steal_pointer(&version);
    }
    return FP_OK;
}

static enum fp_code visit_meta(struct fp_resources *resources, struct fp_zip *zip,
                               const struct fp_zip_entry *entry, struct fp_error *err)
{
    static const char SERVICES[] = "META-INF/services/";
    const char *name = entry->name;
    if (strcasecmp(name, "META-INF/MANIFEST.MF") == 0)
        return resources->manifest.name == NULL ? visit_manifest(resources, zip, entry, err)
                                                : FP_OK;
    if (strchr(name + strlen("META-INF/"), '/') == NULL)
        return ends_with(name, ".SF") || ends_with(name, ".RSA") || ends_with(name, ".DSA") ||
                       ends_with(name, ".EC")
                   ? visit_signature(resources, zip, entry, err)
                   : FP_OK;
    if (strncmp(name, SERVICES, strlen(SERVICES)) == 0 && name[strlen(SERVICES)] != '\0' &&
        strchr(name + strlen(SERVICES), '/') == NULL)
        return visit_service(resources, zip, entry, err);
    if (strncmp(name, "META-INF/maven/", strlen("META-INF/maven/")) == 0 &&
        ends_with(name, "/pom.properties"))
        return visit_pom(resources, zip, entry, err);
    return FP_OK;
}

/* Whether a class is called like a factory of tables or formats, which a list of services names. */
static bool is_factory(const char *name)
{
    static const char *const ENDINGS[] = {"TableFactory.class", "SourceFactory.class",
                                          "SinkFactory.class", "FormatFactory.class"};
    bool found = false;
    for (size_t i = 0; i < sizeof(ENDINGS) / sizeof(ENDINGS[0]) && !found; i++)
        found = fp_text_ends_with(name, ENDINGS[i]);
    return found && strchr(name, '$') == NULL && strncmp(name, "META-INF/", 9) != 0;
}

static void add_factory(struct fp_resources *resources, const char *entry)
{
    cleanup_free char *path = fp_xstrndup(entry, strlen(entry) - strlen(".class"));
    cleanup_free char *name = fp_class_dots(path);
    fp_json_append(resources->factories, fp_json_text(name));
}

enum fp_code fp_resources_entry(struct fp_resources *resources, struct fp_zip *zip,
                                const struct fp_zip_entry *entry, struct fp_error *err)
{
    const char *library = fp_marker_of(entry->name);
    if (library != NULL)
        fp_json_set_text(resources->markers, library, entry->name);
    if (is_factory(entry->name) && json_array_size(resources->factories) < FACTORIES_MAX)
        add_factory(resources, entry->name);
    if (ends_with(entry->name, ".class") || ends_with(entry->name, "/"))
        return FP_OK;
    if (ends_with(entry->name, ".jar") && json_array_size(resources->nested) < NESTED_MAX)
        fp_json_append(resources->nested, fp_json_text(entry->name));
    if (strcmp(entry->name, "library.properties") == 0)
        return visit_scala(resources, zip, entry, err);
    return strncasecmp(entry->name, "META-INF/", strlen("META-INF/")) == 0
               ? visit_meta(resources, zip, entry, err)
               : FP_OK;
}

const char *fp_resources_attribute(const struct fp_resources *resources, const char *name)
{
    return fp_json_string(resources->attributes, name);
}

const char *fp_resources_entry_class(const struct fp_resources *resources)
{
    const char *name = fp_resources_attribute(resources, "program-class");
    return name != NULL ? name : fp_resources_attribute(resources, "Main-Class");
}

/* Whether the jar lacks the class "com.acme.Job". */
static bool lacks(const char *name, fp_class_test *has_class, const void *context)
{
    cleanup_free char *path = fp_xstrdup(name);
    for (char *dot = strchr(path, '.'); dot != NULL; dot = strchr(dot, '.'))
        *dot = '/';
    return !has_class(context, path);
}

/* Whether a list of services is asked for, even if the jar has all its classes. */
static bool is_of_interest(const char *service)
{
    return strncmp(service, "org.apache.flink.", strlen("org.apache.flink.")) == 0 ||
           strncmp(service, "org.slf4j.", strlen("org.slf4j.")) == 0 ||
           strcmp(service, "java.sql.Driver") == 0;
}

static void finish_services(struct fp_resources *resources, fp_class_test *has_class,
                            const void *context, json_t *facts)
{
    json_t *kept = json_object();
    json_t *absent = json_object();
    const char *service = NULL;
    json_t *providers = NULL;
    fp_json_set(facts, "services", kept);
    fp_json_set(facts, "servicesAbsent", absent);
    json_object_foreach(resources->services, service, providers)
    {
        json_t *lacking = json_array();
        for (size_t i = 0; i < json_array_size(providers); i++) {
            json_t *name = json_array_get(providers, i);
            if (lacks(json_string_value(name), has_class, context))
                fp_json_append(lacking, json_incref(name));
        }
        bool is_whole = json_array_size(lacking) == 0;
        if (!is_whole || is_of_interest(service))
            fp_json_set(kept, service, json_incref(providers));
        fp_json_set(absent, service, is_whole ? NULL : json_incref(lacking));
        json_decref(lacking);
    }
}

/* Signature files without a block are not looked at by Java. */
static void finish_signatures(const struct fp_resources *resources, json_t *facts)
{
    static const char *const STATES[] = {
        [FP_SIGNATURE_FITS] = "fits", [FP_SIGNATURE_BROKEN] = "broken", [FP_SIGNATURE_OLD] = "old"};
    json_t *list = json_array();
    const struct held_text *manifest = &resources->manifest;
    fp_json_set(facts, "signatures", list);
    for (size_t i = 0; i < resources->signature_count; i++) {
        const struct held_text *held = &resources->signatures[i];
        cleanup_free char *stem = fp_xstrndup(held->name, strlen(held->name) - strlen(".SF"));
        bool is_whole = manifest->len < MANIFEST_MAX_BYTES;
        if (manifest->name == NULL || !fp_strv_has(&resources->blocks, stem))
            continue;
        enum fp_signature state =
            is_whole ? fp_signature_judge(held->text, held->len, manifest->text, manifest->len)
                     : FP_SIGNATURE_FITS;
        json_t *json = json_object();
        fp_json_set_text(json, "entry", held->name);
        fp_json_set_text(json, "state", STATES[state]);
        fp_json_append(list, json);
    }
}

/* The version of Scala that the jar has the library of, "2.12"; NULL: none. Static. */
static const char *scala_of(const json_t *markers)
{
    if (json_object_get(markers, "scala-library") == NULL)
        return NULL;
    if (json_object_get(markers, "scala-2.13") != NULL)
        return "2.13";
    return json_object_get(markers, "scala-2.11") != NULL ? "2.11" : "2.12";
}

static void finish_scala(struct fp_resources *resources, const char *entry,
                         fp_class_test *has_class, const void *context)
{
    const char *scala = scala_of(resources->markers);
    fp_json_set_text(resources->markers, "scala", scala);
    if (scala != NULL && resources->scala_version != NULL &&
        strncmp(resources->scala_version, scala, strlen(scala)) == 0)
        fp_json_set_text(resources->markers, "scala", resources->scala_version);
    cleanup_free char *object = entry != NULL ? fp_xasprintf("%s$", entry) : NULL;
    if (object != NULL && !lacks(object, has_class, context))
        fp_json_set_text(resources->markers, "scala-entry", object);
}

void fp_resources_finish(struct fp_resources *resources, const char *entry,
                         fp_class_test *has_class, const void *context, json_t *facts)
{
    if (resources->manifest.name != NULL)
        fp_json_set(facts, "manifest", json_incref(resources->attributes));
    fp_json_set(facts, "manifestFaults", json_incref(resources->faults));
    fp_json_set(facts, "poms", json_incref(resources->poms));
    fp_json_set(facts, "nested", json_incref(resources->nested));
    fp_json_set(facts, "factories", json_incref(resources->factories));
    finish_services(resources, has_class, context, facts);
    finish_signatures(resources, facts);
    finish_scala(resources, entry, has_class, context);
    fp_json_set(facts, "markers", json_incref(resources->markers));
}

void fp_resources_free(struct fp_resources *resources)
{
    if (resources == NULL)
        return;
    held_text_clear(&resources->manifest);
    for (size_t i = 0; i < resources->signature_count; i++)
        held_text_clear(&resources->signatures[i]);
    fp_strv_clear(&resources->blocks);
    json_decref(resources->attributes);
    json_decref(resources->faults);
    json_decref(resources->poms);
    json_decref(resources->services);
    json_decref(resources->nested);
    json_decref(resources->factories);
    json_decref(resources->markers);
    free(resources->scala_version);
    free(resources);
}
