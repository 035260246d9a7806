/* Collects the factories of tables and formats, and answers which of them a job can use. */
#include "factories.h"

#include <string.h>

/* Factories that are neither of connectors nor of formats. */
static bool is_other_kind(const char *name)
{
    static const char *const ENDINGS[] = {"CatalogFactory",  "ModuleFactory",   "StoreFactory",
                                          "ExecutorFactory", "PlannerFactory",  "ParserFactory",
                                          "EndpointFactory", "CallbackFactory", "ProviderFactory"};
    for (size_t i = 0; i < sizeof(ENDINGS) / sizeof(ENDINGS[0]); i++)
        if (fp_text_ends_with(name, ENDINGS[i]))
            return true;
    return false;
}

static void read_jar(const struct fp_judged_jar *jar, struct fp_factories *ret)
{
    const json_t *listed = json_object_get(json_object_get(jar->facts, "services"), FP_FACTORIES);
    const json_t *there = json_object_get(jar->facts, "factories");
    for (size_t i = 0; i < json_array_size(listed); i++) {
        const char *name = json_string_value(json_array_get(listed, i));
        if (name == NULL)
            continue;
        fp_json_set(ret->listed, name, json_true());
        ret->has_unknown =
            ret->has_unknown || (!is_other_kind(name) && fp_identifier_of_factory(name) == NULL);
    }
    for (size_t i = 0; i < json_array_size(there); i++) {
        const char *name = json_string_value(json_array_get(there, i));
        if (name != NULL && fp_identifier_of_factory(name) != NULL)
            fp_json_set_text(ret->there, name, jar->path);
    }
}

void fp_factories_read(const struct fp_judge_input *input, struct fp_factories *ret)
{
    *ret = (struct fp_factories){.listed = json_object(), .there = json_object()};
    for (size_t i = 0; i < input->jar_count; i++)
        if (input->jars[i].role != FP_JAR_PLUGIN)
            read_jar(&input->jars[i], ret);
}

/* Whether one of the factories of an identifier is a key of an object, whose value is returned. */
static const json_t *find_any(const json_t *names, const struct fp_identifier *identifier)
{
    cleanup_strv struct fp_strv factories = {0};
    const json_t *found = NULL;
    fp_strv_split(&factories, identifier->factories, ' ');
    for (size_t i = 0; i < factories.len && found == NULL; i++)
        found = json_object_get(names, factories.items[i]);
    return found;
}

/* Whether the index has one that none of the jars has, of which the lists are known. */
static bool is_in_flink(const struct fp_factories *factories, const struct fp_judge_input *input,
                        const struct fp_identifier *identifier)
{
    cleanup_strv struct fp_strv names = {0};
    bool found = false;
    fp_strv_split(&names, identifier->factories, ' ');
    for (size_t i = 0; i < names.len && !found; i++) {
        if (json_object_get(factories->there, names.items[i]) != NULL)
            continue;
        for (char *dot = strchr(names.items[i], '.'); dot != NULL; dot = strchr(dot, '.'))
            *dot = '/';
        found = fp_api_find(input->api, names.items[i], NULL, NULL) == FP_API_THERE;
    }
    return found;
}

bool fp_factories_have(const struct fp_factories *factories, const struct fp_judge_input *input,
                       const struct fp_identifier *identifier)
{
    if (find_any(factories->listed, identifier) != NULL)
        return true;
    if (input->api != NULL && is_in_flink(factories, input, identifier))
        return true;
    return identifier->built_in > 0 &&
           fp_flink_at_least(input->version, 1, identifier->built_in, 0);
}

bool fp_factories_lost(const struct fp_factories *factories, const struct fp_identifier *identifier)
{
    return find_any(factories->listed, identifier) == NULL &&
           find_any(factories->there, identifier) != NULL;
}

void fp_factories_clear(struct fp_factories *factories)
{
    json_decref(factories->listed);
    json_decref(factories->there);
}
