/* The facts of a base: what follows from its tree and texts, their key, and their JSON. */
#include "internal.h"

#include <string.h>

/* The variables that facts depend on. */
static const char *const used_variables[] = {"PATH", "JAVA_HOME", "JAVA_VERSION"};

/* Takes a file of accounts. If it exists but was not kept, it must not be overwritten. */
static enum fp_code take_account_file(const struct fp_base_facts *facts, const char *path,
                                      char **ret, struct fp_error *err)
{
    *ret = fp_facts_text(facts, path);
    if (*ret == NULL && fp_tree_get(facts->tree, path) != NULL)
        return fp_fail(err, FP_E_INPUT,
                       "base: /%s is no regular file, nor a link to another file of accounts",
                       path);
    return FP_OK;
}

enum fp_code fp_facts_take_accounts(struct fp_base_facts *facts, struct fp_error *err)
{
    FP_TRY(take_account_file(facts, "etc/passwd", &facts->passwd, err));
    FP_TRY(take_account_file(facts, "etc/group", &facts->group, err));
    return take_account_file(facts, "etc/shadow", &facts->shadow, err);
}

void fp_base_facts_adapt(struct fp_base_facts *facts, const struct fp_config *config,
                         const json_t *env)
{
    const struct variables variables = {config, env};
    free(steal_pointer(&facts->java_home));
    free(steal_pointer(&facts->java_version));
    facts->java = 0;
    facts->has_bash = fp_program_find(facts->tree, &variables, "bash") != NULL;
    fp_java_find(&variables, facts);
}

void fp_base_facts_clear(struct fp_base_facts *facts)
{
    fp_tree_free(facts->tree);
    free(facts->passwd);
    free(facts->group);
    free(facts->shadow);
    free(facts->os_id);
    free(facts->os_version);
    free(facts->os_name);
    fp_strv_clear(&facts->java_homes);
    free(facts->java_home);
    free(facts->java_version);
    json_decref(facts->texts);
    *facts = (struct fp_base_facts){0};
}

void fp_base_facts_key(const struct fp_platform *platform, const struct fp_config *config,
                       const json_t *env, char ret_hex[FP_HASH_HEX_MAX])
{
    const struct variables variables = {config, env};
    cleanup_free char *platform_text = fp_platform_text(platform);
    json_t *diff_ids = json_array();
    json_t *values = json_object();
    for (size_t i = 0; i < config->diff_id_count; i++)
        fp_json_append(diff_ids, json_string(config->diff_ids[i].text));
    for (size_t i = 0; i < sizeof(used_variables) / sizeof(used_variables[0]); i++) {
        /* A JAVA_HOME of the user's has to be right, and one of the base's need not be. */
        const char *name = used_variables[i];
        cleanup_free char *value = fp_variables_get(&variables, name);
        json_t *kept = value != NULL ? fp_kept_value(value, strlen(value)) : json_null();
        bool is_asked = fp_json_string(env, name) != NULL;
        fp_json_set(values, name, json_pack("[o, b]", kept, is_asked));
    }
    cleanup_json json_t *inputs =
        json_pack("{s:s, s:i, s:s, s:o, s:o}", "kind", "base", "layout", FP_BASE_FACTS_LAYOUT,
                  "platform", platform_text, "diffIds", diff_ids, "variables", values);
    cleanup_free char *text = fp_json_canonical(inputs);
    fp_hash_bytes(FP_SHA256, text, strlen(text), ret_hex);
}
