/*
 * Facts of a base from a cache or an image: accepted ones are the same after writing and reading,
 * and so is their outline, which answers for what is watched as they do.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static char *text_of(const struct fp_base_facts *facts)
{
    cleanup_json json_t *json = fp_base_facts_json(facts);
    require(json != NULL);
    char *text = fp_json_canonical(json);
    require(text != NULL);
    return text;
}

static void check_again(const struct fp_base_facts *facts)
{
    cleanup_base_facts struct fp_base_facts again = {0};
    cleanup_json json_t *parsed = NULL;
    cleanup_free char *text = text_of(facts);
    require(fp_json_parse(text, strlen(text), "fuzz", &parsed, NULL) == FP_OK);
    require(fp_base_facts_parse(parsed, "fuzz", &again, NULL) == FP_OK);
    cleanup_free char *same = text_of(&again);
    require(strcmp(text, same) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_base_facts struct fp_base_facts facts = {0};
    cleanup_base_facts struct fp_base_facts outline = {0};
    cleanup_json json_t *json = NULL;
    struct fp_error err = {0};
    if (fp_json_parse((const char *) data, size, "fuzz", &json, &err) != FP_OK)
        return 0;
    enum fp_code code = fp_base_facts_parse(json, "fuzz", &facts, &err);
    if (code != FP_OK) {
        require(code == FP_E_INPUT && err.text[0] != '\0' && facts.tree == NULL);
        return 0;
    }
    check_again(&facts);
    fp_base_facts_outline(&facts, facts.tree, "/opt/flink", &outline);
    check_again(&outline);
    cleanup_base_facts struct fp_base_facts twice = {0};
    fp_base_facts_outline(&outline, outline.tree, "/opt/flink", &twice);
    cleanup_free char *once = text_of(&outline);
    cleanup_free char *again = text_of(&twice);
    require(strcmp(once, again) == 0);
    require(fp_tree_count(outline.tree) <= fp_tree_count(facts.tree));
    require(fp_base_apk_directory(outline.tree) == fp_base_apk_directory(facts.tree));
    require(fp_base_has_library(&outline, "libstdc++.so.6") ==
            fp_base_has_library(&facts, "libstdc++.so.6"));
    require(fp_base_has_jemalloc(&outline, "x86_64") == fp_base_has_jemalloc(&facts, "x86_64"));
    return 0;
}
